namespace Carousel.Core.Ring;

/// <summary>Told before every access to what threads share in the ring, so that a test can choose who goes next there.</summary>
internal interface IRingSteps
{
    /// <summary>The calling thread is about to do <paramref name="step"/>.</summary>
    static abstract void At(RingStep step);
}

/// <summary>The accesses to what threads share in the ring.</summary>
internal enum RingStep
{
    ReadCursor,
    ReadLink,
    MoveCursor,
    ReadMark,
    WriteMark,
    WriteLink,
}

/// <summary>What the product runs with: compiles to nothing.</summary>
internal readonly struct NoSteps : IRingSteps
{
    public static void At(RingStep step)
    {
    }
}

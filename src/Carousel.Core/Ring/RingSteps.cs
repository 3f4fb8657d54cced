namespace Carousel.Core.Ring;

/// <summary>Hook before every access to state shared by threads, so that a test can choose the order of threads.</summary>
internal interface IRingSteps
{
    /// <summary>The calling thread is about to do <paramref name="step"/>.</summary>
    static abstract void At(RingStep step);
}

/// <summary>The accesses to shared state in the ring.</summary>
internal enum RingStep
{
    ReadCursor,
    ReadLink,
    MoveCursor,
    ReadMark,
    WriteMark,
    WriteLink,
}

/// <summary>The production implementation: compiles to nothing.</summary>
internal readonly struct NoSteps : IRingSteps
{
    public static void At(RingStep step)
    {
    }
}

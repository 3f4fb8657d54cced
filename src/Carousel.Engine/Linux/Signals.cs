namespace Carousel.Engine.Linux;

/// <summary>Signals that the data plane must not die of.</summary>
internal static class Signals
{
    private const int BrokenPipe = 13;
    private const nint Ignore = 1;

    /// <summary>send() can be told not to raise SIGPIPE, splice() can't.</summary>
    public static void IgnoreBrokenPipe() => Libc.signal(BrokenPipe, Ignore);
}

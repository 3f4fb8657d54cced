namespace Carousel.Engine.Linux;

/// <summary>Signals that must not end the process.</summary>
internal static class Signals
{
    private const int BrokenPipe = 13;
    private const nint Ignore = 1;

    /// <summary>SIGPIPE can be suppressed per call for send(), but not for splice().</summary>
    public static void IgnoreBrokenPipe() => Libc.signal(BrokenPipe, Ignore);
}

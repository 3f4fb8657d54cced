using System.Runtime.InteropServices;

namespace Carousel;

/// <summary>
/// Signals that this process was started with as ignored, as nohup and shells do. .NET respects that: handlers that are registered for them are never called.
/// docs/decisions/0024-inherited-signals.md says which we take back.
/// </summary>
internal static unsafe partial class IgnoredSignal
{
    private const nint Default = 0, Ignored = 1;

    /// <summary>More than struct sigaction, whose first field is the handler, has on any Linux of 64 bits.</summary>
    private const int MaxActionBytes = 256;

    /// <summary>Gives it its default meaning, if it is ignored; does nothing else. To be called before a handler is registered.</summary>
    /// <param name="signal">Its number on Linux.</param>
    public static void RewindForRetry(int signal)
    {
        byte* action = stackalloc byte[MaxActionBytes];
        if (GetAction(signal, 0, action) == 0 && *(nint*)action == Ignored)
        {
            SetHandler(signal, Default);
        }
    }

    [LibraryImport("libc", EntryPoint = "sigaction")]
    private static partial int GetAction(int signal, nint none, byte* action);

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint SetHandler(int signal, nint handler);
}

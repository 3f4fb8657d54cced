using System.Runtime.InteropServices;

namespace Carousel.Platform;

/// <summary>
/// Signals that were ignored when this process started, as by nohup and shells. .NET never calls handlers for them.
/// docs/decisions/0024-inherited-signals.md says which are reset.
/// </summary>
internal static unsafe partial class IgnoredSignal
{
    private const nint Default = 0, Ignored = 1;

    /// <summary>Larger than struct sigaction on any 64-bit Linux; its first field is the handler.</summary>
    private const int MaxActionBytes = 256;

    /// <summary>Resets an ignored signal to its default action; other signals are unchanged. Call it before registering a handler.</summary>
    /// <param name="signal">Its number on Linux.</param>
    public static void Reset(int signal)
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

using System.Runtime.InteropServices;

namespace Carousel.Platform;

/// <summary>How many files this process may have open (getrlimit(2), RLIMIT_NOFILE).</summary>
internal static partial class DescriptorLimit
{
    private const int RlimitNofile = 7;

    /// <summary>Raises the soft limit to the hard limit and returns the limit in effect. Never fails: a limit that can't be raised stays.</summary>
    public static ulong Raise()
    {
        if (GetLimit(RlimitNofile, out Limit limit) != 0)
        {
            // Does not happen on Linux; POSIX guarantees at least this many.
            const ulong posixMinimum = 20;
            return posixMinimum;
        }
        if (limit.Soft >= limit.Hard)
        {
            return limit.Soft;
        }
        var raised = new Limit { Soft = limit.Hard, Hard = limit.Hard };
        return SetLimit(RlimitNofile, in raised) == 0 ? raised.Soft : limit.Soft;
    }

    /// <summary>struct rlimit with a 64-bit rlim_t, as on every 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Limit
    {
        public ulong Soft;
        public ulong Hard;
    }

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int GetLimit(int resource, out Limit limit);

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int SetLimit(int resource, in Limit limit);
}

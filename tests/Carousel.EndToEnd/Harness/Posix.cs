using System.Globalization;
using System.Runtime.InteropServices;

namespace Carousel.EndToEnd.Harness;

/// <summary>Signals, by their numbers on Linux.</summary>
internal static partial class Posix
{
    public const int SigInt = 2;
    public const int SigKill = 9;
    public const int SigTerm = 15;
    public const int SigCont = 18;
    public const int SigStop = 19;

    /// <summary>Memory of a process in bytes: by this field of its status, resident if none is named.</summary>
    public static long Memory(int process, string field = "VmRSS")
    {
        string line = File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith(field, StringComparison.Ordinal));
        return 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2].Split('\t')[^1], CultureInfo.InvariantCulture);
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    public static partial int Kill(int process, int signal);
}

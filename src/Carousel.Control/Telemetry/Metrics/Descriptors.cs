using System.Globalization;

namespace Carousel.Control.Telemetry;

/// <summary>How many descriptors this process has open, and may have (proc(5)). Where there is no <c>/proc</c>, 0.</summary>
internal static class Descriptors
{
    private const string Folder = "/proc/self/fd", Limits = "/proc/self/limits", Line = "Max open files";

    /// <summary>Those that are open now, the one that looks left out.</summary>
    public static int CountOpen() => Directory.Exists(Folder) ? Directory.EnumerateFileSystemEntries(Folder).Count() - 1 : 0;

    /// <summary>The soft limit.</summary>
    public static double Limit()
    {
        if (!File.Exists(Limits))
        {
            return 0;
        }
        // Max open files            1024                 524288               files
        string? line = File.ReadLines(Limits).FirstOrDefault(line => line.StartsWith(Line, StringComparison.Ordinal));
        string soft = line?[Line.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0] ?? "0";
        return soft == "unlimited" ? double.PositiveInfinity : double.Parse(soft, CultureInfo.InvariantCulture);
    }
}

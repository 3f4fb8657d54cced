using System.Globalization;
using System.Runtime.InteropServices;

namespace Carousel.EndToEnd.Harness;

/// <summary>Signal numbers on Linux, and system calls.</summary>
internal static partial class Posix
{
    public const int SigHup = 1;
    public const int SigInt = 2;
    public const int SigKill = 9;
    public const int SigUsr1 = 10;
    public const int SigUsr2 = 12;
    public const int SigTerm = 15;
    public const int SigCont = 18;
    public const int SigStop = 19;

    /// <summary>Memory of a process in bytes, from this field of /proc/PID/status; resident memory by default.</summary>
    public static long Memory(int process, string field = "VmRSS")
    {
        string line = File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith(field, StringComparison.Ordinal));
        return 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2].Split('\t')[^1], CultureInfo.InvariantCulture);
    }

    /// <summary>The running child processes of this process.</summary>
    public static int[] Children(int process)
    {
        var children = new List<int>();
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), out int id) && ParentOf(id) == process)
            {
                children.Add(id);
            }
        }
        return [.. children];
    }

    private static int ParentOf(int process)
    {
        try
        {
            // After the name, which may contain any character: state, then parent.
            string[] fields = File.ReadAllText($"/proc/{process}/stat").Split(") ")[^1].Split(' ');
            return fields[0] == "Z" ? 0 : int.Parse(fields[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            // The process has exited meanwhile.
            return 0;
        }
    }

    /// <summary>Makes this process ignore a signal, or restores its default. Only for a signal without a handler.</summary>
    public static void Ignore(int signal, bool ignored) => _ = SetHandler(signal, ignored ? 1 : 0);

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint SetHandler(int signal, nint handler);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    public static partial int Kill(int process, int signal);

    [LibraryImport("libc", EntryPoint = "chmod", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ChangeMode(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Rename(string from, string to);
}

using System.Runtime.InteropServices;
using Carousel.Control.Telemetry;

namespace Carousel.Logging;

/// <summary>
/// Standard output and standard error, as the kernel has them. .NET's own streams throw where a write fails, and keep silent where nobody reads any more: neither is
/// of use to a process that has to live on, and to say what it lost.
/// </summary>
internal static partial class StandardStreams
{
    /// <summary>Interrupted: to be done again at once. Would block: somebody made the descriptor, which we share with others, non-blocking.</summary>
    public const int Interrupted = 4, WouldBlock = 11;

    private const int Output = 1, Error = 2;
    private const int GetFlags = 1, ReadWrite = 0x2;

    /// <summary>
    /// Opens <c>/dev/null</c> in the place of each of the descriptors 0 to 2 that was closed (<c>2>&amp;-</c>): else the next file or socket that is opened would take the
    /// place, and be sent the log. To be called before anything is opened.
    /// </summary>
    public static void Reserve()
    {
        for (int descriptor = 0; descriptor <= Error; descriptor++)
        {
            if (Control(descriptor, GetFlags, 0) < 0)
            {
                // The lowest one that is free, which is this one.
                _ = Open("/dev/null", ReadWrite, 0);
            }
        }
    }

    /// <summary>Writes to standard output. A <see cref="WriteBytes"/>.</summary>
    public static int WriteOutput(ReadOnlySpan<byte> bytes) => Write(Output, bytes);

    /// <summary>Writes to standard error. A <see cref="WriteBytes"/>.</summary>
    public static int WriteError(ReadOnlySpan<byte> bytes) => Write(Error, bytes);

    private static int Write(int descriptor, ReadOnlySpan<byte> bytes)
    {
        while (true)
        {
            nint written = Write(descriptor, bytes, bytes.Length);
            int error = Marshal.GetLastPInvokeError();
            if (written >= 0 || error != Interrupted)
            {
                return written >= 0 ? (int)written : -error;
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int descriptor, ReadOnlySpan<byte> bytes, nint length);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Control(int descriptor, int command, nint argument);
}

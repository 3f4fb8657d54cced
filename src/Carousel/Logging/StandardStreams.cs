using System.Runtime.InteropServices;
using Carousel.Control.Telemetry;

namespace Carousel.Logging;

/// <summary>
/// Standard output and standard error as file descriptors. .NET's streams throw if a write fails and ignore a broken pipe; the balancer must keep running and count
/// what it lost.
/// </summary>
internal static partial class StandardStreams
{
    /// <summary>EINTR: the call is repeated. EAGAIN: another process made the shared descriptor non-blocking.</summary>
    public const int Interrupted = 4, WouldBlock = 11;

    private const int Output = 1, Error = 2;
    private const int GetFlags = 1, ReadWrite = 0x2;

    /// <summary>
    /// Opens <c>/dev/null</c> for each of the descriptors 0 to 2 that is closed (<c>2>&amp;-</c>). Otherwise the next file or socket would get that number and receive the log.
    /// Call it before anything is opened.
    /// </summary>
    public static void Reserve()
    {
        for (int descriptor = 0; descriptor <= Error; descriptor++)
        {
            if (Control(descriptor, GetFlags, 0) < 0)
            {
                // open(2) returns the lowest free descriptor, which is this one.
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

using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Carousel;

/// <summary>
/// Opens a file so that the kernel puts every write at its end (open(2), O_APPEND), whoever else writes to it or cuts it short: .NET's own way of appending
/// remembers where the end was.
/// </summary>
internal static partial class AppendFile
{
    private const int WriteOnly = 0x1, Create = 0x40, NoTerminal = 0x100, Append = 0x400, NonBlocking = 0x800, CloseOnExec = 0x80000;

    /// <summary>fcntl(2).</summary>
    private const int SetStatus = 4;

    /// <summary>ENXIO.</summary>
    private const int NoReader = 6;

    /// <summary>rw-r-----: logs tell of people.</summary>
    private const uint Mode = 0x1A0;

    /// <summary>Opens it, and makes it if it is not there. Waits for nobody: a named pipe that nobody reads can't be opened.</summary>
    /// <exception cref="IOException">It can't be.</exception>
    public static SafeFileHandle Open(string path)
    {
        int descriptor = Open(path, WriteOnly | Create | NoTerminal | Append | NonBlocking | CloseOnExec, Mode);
        if (descriptor < 0)
        {
            int error = Marshal.GetLastPInvokeError();
            throw new IOException(error == NoReader ? "a pipe that nobody reads" : Marshal.GetPInvokeErrorMessage(error));
        }
        // From now on as everywhere: whoever reads the pipe may take a while.
        _ = Control(descriptor, SetStatus, Append);
        return new SafeFileHandle(descriptor, ownsHandle: true);
    }

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Control(int descriptor, int command, nint argument);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, uint mode);
}

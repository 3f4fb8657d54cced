using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Carousel.Files;

/// <summary>
/// Opens a file with O_APPEND (open(2)): the kernel writes at its end, even if other processes write to it or truncate it. .NET's FileMode.Append remembers the end
/// instead.
/// </summary>
internal static partial class AppendFile
{
    private const int WriteOnly = 0x1, Create = 0x40, NoTerminal = 0x100, Append = 0x400, NonBlocking = 0x800, CloseOnExec = 0x80000;

    /// <summary>fcntl(2).</summary>
    private const int SetStatus = 4;

    /// <summary>ENXIO.</summary>
    private const int NoReader = 6;

    /// <summary>rw-r-----: logs contain personal data.</summary>
    private const uint Mode = 0x1A0;

    /// <summary>Opens or creates it. Does not block: a named pipe without a reader can't be opened.</summary>
    /// <exception cref="IOException">It can't be opened.</exception>
    public static SafeFileHandle Open(string path)
    {
        int descriptor = Open(path, WriteOnly | Create | NoTerminal | Append | NonBlocking | CloseOnExec, Mode);
        if (descriptor < 0)
        {
            int error = Marshal.GetLastPInvokeError();
            throw new IOException(error == NoReader ? "a pipe without a reader" : Marshal.GetPInvokeErrorMessage(error));
        }
        // Blocking from now on: the reader of the pipe may be slow.
        _ = Control(descriptor, SetStatus, Append);
        return new SafeFileHandle(descriptor, ownsHandle: true);
    }

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Control(int descriptor, int command, nint argument);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, uint mode);
}

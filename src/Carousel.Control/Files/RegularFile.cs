using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Carousel.Control.Files;

/// <summary>
/// Opens files without blocking: opening a named pipe without a writer would block forever. Anything but a regular file (a pipe, a device, a directory)
/// is rejected, whatever its name.
/// </summary>
public static unsafe partial class RegularFile
{
    /// <summary>Larger than a system's bundle of all CA certificates.</summary>
    public const int MaxCertificates = 4 << 20;

    private const int ReadOnly = 0, NoTerminal = 0x100, NonBlocking = 0x800, CloseOnExec = 0x80000;
    private const int EmptyPath = 0x1000;
    private const uint AskForType = 0x1;
    private const ushort TypeMask = 0xF000, Pipe = 0x1000, CharacterDevice = 0x2000, Folder = 0x4000, BlockDevice = 0x6000, Regular = 0x8000, SocketFile = 0xC000;

    /// <summary>Size of struct statx (statx(2)), the same on all architectures, and the offset of stx_mode.</summary>
    private const int StatusBytes = 256, ModeAt = 28;

    private const int NoEntry = 2, NoAccess = 13, NotFolder = 20;

    /// <summary>Opens a file for reading.</summary>
    /// <exception cref="FileNotFoundException">It does not exist.</exception>
    /// <exception cref="UnauthorizedAccessException">Permission denied.</exception>
    /// <exception cref="IOException">It is not a regular file (the message says what it is), or it can't be opened.</exception>
    public static SafeFileHandle Open(string path)
    {
        int descriptor = Open(path, ReadOnly | NoTerminal | NonBlocking | CloseOnExec, 0);
        int error = Marshal.GetLastPInvokeError();
        if (descriptor < 0)
        {
            throw error switch
            {
                NoEntry or NotFolder => new FileNotFoundException("no such file", path),
                NoAccess => new UnauthorizedAccessException("permission denied"),
                _ => new IOException(Marshal.GetPInvokeErrorMessage(error)),
            };
        }
        var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        if (NotAFile(descriptor) is { } what)
        {
            handle.Dispose();
            throw new IOException(what);
        }
        return handle;
    }

    /// <summary>The bytes of a file; <paramref name="max"/> + 1 bytes if it has more than <paramref name="max"/>.</summary>
    /// <inheritdoc cref="Open(string)" path="/exception"/>
    public static byte[] ReadBytes(string path, int max)
    {
        using SafeFileHandle file = Open(path);
        byte[] bytes = new byte[(int)Math.Min(RandomAccess.GetLength(file), max) + 1];
        int length = 0;
        for (int read = -1; read != 0 && length <= max; length += read)
        {
            if (length == bytes.Length)
            {
                // Files of /proc report no length, and others grow.
                Array.Resize(ref bytes, Math.Min(2 * bytes.Length, max) + 1);
            }
            read = RandomAccess.Read(file, bytes.AsSpan(length), length);
        }
        return bytes[..length];
    }

    /// <summary>The text of a file (UTF-8).</summary>
    /// <exception cref="IOException">As <see cref="Open(string)"/>, or it is larger than <paramref name="max"/> bytes.</exception>
    public static string ReadText(string path, int max)
    {
        byte[] bytes = ReadBytes(path, max);
        return bytes.Length <= max ? Encoding.UTF8.GetString(bytes) : throw new IOException($"larger than {max} bytes");
    }

    private static string? NotAFile(int descriptor)
    {
        byte* status = stackalloc byte[StatusBytes];
        if (Status(descriptor, "", EmptyPath, AskForType, status) != 0)
        {
            return Marshal.GetLastPInvokeErrorMessage();
        }
        return (*(ushort*)(status + ModeAt) & TypeMask) switch
        {
            Regular => null,
            Pipe => "is a pipe: name a file",
            Folder => "is a directory: name a file",
            CharacterDevice or BlockDevice => "is a device: name a file",
            SocketFile => "is a socket: name a file",
            _ => "is not a regular file",
        };
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Status(int descriptor, string path, int flags, uint mask, byte* status);
}

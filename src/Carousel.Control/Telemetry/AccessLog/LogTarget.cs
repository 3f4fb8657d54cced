using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Carousel.Control.Telemetry;

/// <summary>Writes access log lines to a destination. The log's thread only.</summary>
internal abstract class LogTarget : IDisposable
{
    /// <summary>Its name in messages.</summary>
    public abstract string Name { get; }

    /// <summary>True if each line is written separately.</summary>
    public virtual bool TakesOne => false;

    /// <summary>Writes whole lines. Throws if they could not be written; the next call starts afresh.</summary>
    public abstract void Write(ReadOnlySpan<byte> lines);

    /// <summary>Reopens the destination by name before the next line.</summary>
    public virtual void Reopen()
    {
    }

    public virtual void Dispose()
    {
    }

    /// <summary>True for errors caused outside of this program.</summary>
    public static bool IsOutputError(Exception e) => e is IOException or UnauthorizedAccessException or SocketException or NotSupportedException;
}

/// <summary>Standard output, which is always open.</summary>
/// <param name="write">Writes to it.</param>
internal sealed class StdoutTarget(WriteBytes write) : LogTarget
{
    /// <summary>EAGAIN: another process sharing it made it non-blocking, and it is full.</summary>
    private const int WouldBlock = -11;

    private static readonly TimeSpan FullPause = TimeSpan.FromMilliseconds(20);

    public override string Name => "stdout";

    public override void Write(ReadOnlySpan<byte> lines)
    {
        while (!lines.IsEmpty)
        {
            int taken = write(lines);
            if (taken == WouldBlock)
            {
                Thread.Sleep(FullPause);
                continue;
            }
            lines = taken >= 0 ? lines[taken..] : throw new IOException(Marshal.GetPInvokeErrorMessage(-taken));
        }
    }
}

/// <summary>Appends to a file.</summary>
/// <param name="path">Its path.</param>
/// <param name="open">Opens it for appending, whatever other processes write or truncate; creates it if missing.</param>
internal sealed class FileTarget(string path, Func<string, SafeFileHandle> open) : LogTarget
{
    private SafeFileHandle? _file;
    private bool _isTorn;

    public override string Name => path;

    public override void Write(ReadOnlySpan<byte> lines)
    {
        _file ??= open(path);
        try
        {
            if (_isTorn)
            {
                // End a partial line, so that the next line is not appended to it.
                Append("\n"u8);
                _isTorn = false;
            }
            Append(lines);
        }
        catch (Exception e) when (IsOutputError(e))
        {
            _isTorn = true;
            Reopen();
            throw;
        }
    }

    public override void Reopen()
    {
        _file?.Dispose();
        _file = null;
    }

    public override void Dispose() => Reopen();

    /// <summary>The offset is ignored: the file is open for appending.</summary>
    private void Append(ReadOnlySpan<byte> bytes) => RandomAccess.Write(_file!, bytes, fileOffset: 0);
}

/// <summary>Syslog (RFC 5424) in datagrams, one per line.</summary>
/// <param name="name">Its name in messages.</param>
/// <param name="connect">Returns a connected socket.</param>
/// <param name="time">The clock for timestamps.</param>
internal sealed class SyslogTarget(string name, Func<Socket> connect, TimeProvider time) : LogTarget
{
    /// <summary>Facility local0, severity informational: 16 * 8 + 6.</summary>
    private const string Priority = "<134>1 ";

    private readonly ByteBuffer _message = new();
    private readonly byte[] _rest = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $" {HostName()} carousel {Environment.ProcessId} access - "));
    private Socket? _socket;

    public override string Name => name;

    public override bool TakesOne => true;

    public override void Write(ReadOnlySpan<byte> lines)
    {
        _message.Clear();
        _message.Append(Priority);
        RecordBytes.AppendTime(_message, (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
        _message.Append(_rest);
        _message.Append(lines.TrimEnd((byte)'\n'));
        _socket ??= Connect();
        try
        {
            _socket.Send(_message.Written);
        }
        catch (SocketException)
        {
            Reopen();
            throw;
        }
    }

    public override void Reopen()
    {
        _socket?.Dispose();
        _socket = null;
    }

    public override void Dispose()
    {
        Reopen();
        _message.Dispose();
    }

    private Socket Connect()
    {
        Socket socket = connect();
        // A receiver that is too slow loses lines.
        socket.Blocking = false;
        return socket;
    }

    /// <summary>Printable ASCII as required by RFC 5424 section 6.2.4; "-" for none.</summary>
    private static string HostName()
    {
        string plain = string.Concat(Environment.MachineName.Where(c => c is > ' ' and < '\x7F'));
        return plain.Length == 0 ? "-" : plain;
    }
}

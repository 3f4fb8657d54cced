using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Carousel.Control.Telemetry;

/// <summary>Takes the lines of the access log. The log's thread only.</summary>
internal abstract class LogTarget : IDisposable
{
    /// <summary>What messages call it.</summary>
    public abstract string Name { get; }

    /// <summary>True if each line is written by itself.</summary>
    public virtual bool TakesOne => false;

    /// <summary>Writes whole lines, each with its end. Throws what is a reason not to have done so; the next call begins anew.</summary>
    public abstract void Write(ReadOnlySpan<byte> lines);

    /// <summary>From the next line on, what has its name then.</summary>
    public virtual void Reopen()
    {
    }

    public virtual void Dispose()
    {
    }

    /// <summary>True for what goes wrong outside of this program.</summary>
    public static bool IsOutputError(Exception e) => e is IOException or UnauthorizedAccessException or SocketException or NotSupportedException;
}

/// <summary>Standard output, which is there all the time.</summary>
/// <param name="write">Writes to it.</param>
internal sealed class StdoutTarget(WriteBytes write) : LogTarget
{
    /// <summary>EAGAIN: somebody who shares it has made it non-blocking, and it is full.</summary>
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

/// <summary>The end of a file.</summary>
/// <param name="path">Its path.</param>
/// <param name="open">Opens it for writing at its end, whatever others write or cut off meanwhile; makes it if it is not there.</param>
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
                // What could not be written whole must not have the next line glued to it.
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

    /// <summary>The place is ignored: the file was opened to be written at its end.</summary>
    private void Append(ReadOnlySpan<byte> bytes) => RandomAccess.Write(_file!, bytes, fileOffset: 0);
}

/// <summary>Syslog (RFC 5424) by datagrams, one a line.</summary>
/// <param name="name">What messages call it.</param>
/// <param name="connect">Gives a socket that is connected to it.</param>
/// <param name="time">For the times of the messages.</param>
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
        // Whoever takes too long loses lines: nobody waits for it.
        socket.Blocking = false;
        return socket;
    }

    /// <summary>Printable ASCII, as RFC 5424 section 6.2.4 wants it; "-" for none.</summary>
    private static string HostName()
    {
        string plain = string.Concat(Environment.MachineName.Where(c => c is > ' ' and < '\x7F'));
        return plain.Length == 0 ? "-" : plain;
    }
}

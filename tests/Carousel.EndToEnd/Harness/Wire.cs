using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Carousel.EndToEnd.Harness;

/// <summary>How the peer closed the connection.</summary>
internal enum End
{
    /// <summary>The peer sent data instead.</summary>
    None,

    /// <summary>Closed with FIN.</summary>
    Closed,

    /// <summary>Reset (RST).</summary>
    Reset,
}

/// <summary>One side of a TCP connection with exact sends and receives. Every wait has a deadline. One reader and one writer at a time.</summary>
internal class Wire(Socket socket) : IDisposable
{
    private readonly byte[] _received = new byte[64 * 1024];
    private int _start;
    private int _end;
    private long _bytesReceived;
    private long _bytesSent;

    /// <summary>The socket, for needs of single tests.</summary>
    public Socket Socket { get; } = socket;

    /// <summary>Bytes received so far. Any thread.</summary>
    public long BytesReceived => Interlocked.Read(ref _bytesReceived);

    /// <summary>Bytes sent so far. Any thread.</summary>
    public long BytesSent => Interlocked.Read(ref _bytesSent);

    /// <summary>Sends text as Latin-1, one byte per character.</summary>
    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int sent = await Deadlines.WithinAsync(Socket.SendAsync(bytes).AsTask(), "the peer to receive bytes");
            Interlocked.Add(ref _bytesSent, sent);
            bytes = bytes[sent..];
        }
    }

    /// <summary>Sends one byte per system call, and so per segment.</summary>
    public async Task SendByteByByteAsync(string text)
    {
        Socket.NoDelay = true;
        foreach (byte one in Encoding.Latin1.GetBytes(text))
        {
            await SendAsync(new[] { one });
            await Task.Yield();
        }
    }

    /// <summary>Reads the next head, including its empty line.</summary>
    /// <exception cref="EndOfStreamException">The connection closed before; the message contains what was received.</exception>
    public Task<string> ReadHeadAsync() => ReadPastAsync("\r\n\r\n");

    /// <summary>Reads the next response to a request of this method, including interim ones (1xx), with its body.</summary>
    public async Task<Message> ReadResponseAsync(string method = "GET")
    {
        var response = Message.Parse(await ReadHeadAsync());
        bool hasBody = method != "HEAD" && response.Status >= 200 && response.Status is not (204 or 304);
        if (!hasBody)
        {
            return response;
        }
        bool untilClose = !response.IsChunked && response["Content-Length"] is null;
        return untilClose ? response.With(await ReadToEndAsync()) : await ReadBodyAsync(response);
    }

    /// <summary>Reads the body that belongs to this head.</summary>
    public async Task<Message> ReadBodyAsync(Message head)
    {
        if (head.IsChunked)
        {
            return await ReadChunksAsync(head);
        }
        int length = int.Parse(head["Content-Length"] ?? "0", CultureInfo.InvariantCulture);
        return head.With(await ReadExactAsync(length));
    }

    /// <exception cref="EndOfStreamException">The connection closed before.</exception>
    public async Task<byte[]> ReadExactAsync(int count)
    {
        byte[] bytes = new byte[count];
        int filled = 0;
        while (filled < count)
        {
            if (_start == _end && !await FillAsync())
            {
                throw new EndOfStreamException($"The connection closed after {filled} of {count} bytes");
            }
            int run = Math.Min(count - filled, _end - _start);
            _received.AsSpan(_start, run).CopyTo(bytes.AsSpan(filled));
            _start += run;
            filled += run;
        }
        return bytes;
    }

    public async Task<string> ReadTextAsync(int count) => Encoding.Latin1.GetString(await ReadExactAsync(count));

    /// <summary>Reads until the peer closes with FIN.</summary>
    /// <exception cref="SocketException">The peer reset the connection.</exception>
    public async Task<byte[]> ReadToEndAsync()
    {
        using var all = new MemoryStream();
        await ReadEachAsync(run => all.Write(run));
        return all.ToArray();
    }

    /// <summary>Passes received bytes to <paramref name="take"/> until the end and keeps none.</summary>
    public async Task ReadEachAsync(SpanAction take)
    {
        do
        {
            take(_received.AsSpan(_start, _end - _start));
            _start = _end;
        }
        while (await FillAsync());
    }

    /// <summary>How the peer closes the connection; <see cref="End.None"/> if it sends data first.</summary>
    public async Task<End> ReadEndAsync()
    {
        try
        {
            return _start < _end || await FillAsync() ? End.None : End.Closed;
        }
        catch (SocketException error) when (error.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionAborted)
        {
            return End.Reset;
        }
    }

    /// <summary>Discards received bytes; returns how the connection closed.</summary>
    public async Task<End> DrainAsync()
    {
        while (true)
        {
            _start = _end;
            End end = await ReadEndAsync();
            if (end != End.None)
            {
                return end;
            }
        }
    }

    /// <summary>Half-closes the connection (FIN); data from the peer is still read.</summary>
    public void HalfClose() => Socket.Shutdown(SocketShutdown.Send);

    /// <summary>Resets the connection: the peer sees RST.</summary>
    public void Reset()
    {
        Socket.LingerState = new LingerOption(true, 0);
        Socket.Close();
    }

    public void Dispose()
    {
        Socket.Dispose();
        GC.SuppressFinalize(this);
    }

    private async Task<Message> ReadChunksAsync(Message head)
    {
        using var body = new MemoryStream();
        using var raw = new MemoryStream();
        while (true)
        {
            string line = await ReadPastAsync("\r\n");
            raw.Write(Encoding.Latin1.GetBytes(line));
            int size = int.Parse(line.Split(';', '\r')[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            if (size == 0)
            {
                break;
            }
            byte[] chunk = await ReadExactAsync(size + 2);
            raw.Write(chunk);
            body.Write(chunk.AsSpan(0, size));
        }
        string trailers = "";
        while (!trailers.EndsWith("\r\n\r\n", StringComparison.Ordinal) && trailers != "\r\n")
        {
            trailers += await ReadPastAsync("\r\n");
        }
        raw.Write(Encoding.Latin1.GetBytes(trailers));
        return head.With(body.ToArray(), raw.ToArray(), trailers);
    }

    private async Task<string> ReadPastAsync(string mark)
    {
        var text = new StringBuilder();
        while (!EndsWith(text, mark))
        {
            if (_start == _end && !await FillAsync())
            {
                throw new EndOfStreamException($"The connection closed after: \"{text}\"");
            }
            text.Append((char)_received[_start++]);
        }
        return text.ToString();
    }

    private static bool EndsWith(StringBuilder text, string mark)
    {
        if (text.Length < mark.Length)
        {
            return false;
        }
        for (int i = 0; i < mark.Length; i++)
        {
            if (text[text.Length - mark.Length + i] != mark[i])
            {
                return false;
            }
        }
        return true;
    }

    private async Task<bool> FillAsync()
    {
        _start = 0;
        _end = 0;
        _end = await Deadlines.WithinAsync(Socket.ReceiveAsync(_received.AsMemory()).AsTask(), "bytes, or the end of the connection");
        Interlocked.Add(ref _bytesReceived, _end);
        return _end > 0;
    }
}

/// <summary>Receives bytes that are valid only during the call.</summary>
internal delegate void SpanAction(ReadOnlySpan<byte> run);

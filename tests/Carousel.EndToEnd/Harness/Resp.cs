using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Carousel.EndToEnd.Harness;

/// <summary>A connection to Redis in RESP2, as a backend without a client library would use. One command at a time.</summary>
internal sealed class Resp : IDisposable
{
    private readonly TcpClient _client;
    private readonly BufferedStream _stream;

    private Resp(TcpClient client)
    {
        _client = client;
        _stream = new BufferedStream(client.GetStream(), 16 * 1024);
    }

    public static async Task<Resp> ConnectAsync(int port)
    {
        var client = new TcpClient { NoDelay = true };
        await Deadlines.WithinAsync(client.ConnectAsync(IPAddress.Loopback, port), "the store to accept a connection");
        return new Resp(client);
    }

    /// <summary>Uses an existing connection.</summary>
    public static Resp On(Socket socket) => new(new TcpClient { Client = socket });

    /// <summary>The reply: a string (Latin-1), a number, null, or an array of these.</summary>
    /// <exception cref="InvalidOperationException">The store returned an error; its message is used.</exception>
    public async Task<object?> CommandAsync(params string[] words)
    {
        string command = $"*{words.Length}\r\n" + string.Concat(words.Select(word => $"${word.Length}\r\n{word}\r\n"));
        await _stream.WriteAsync(Encoding.Latin1.GetBytes(command));
        await _stream.FlushAsync();
        return await Deadlines.WithinAsync(ReadAsync(), $"the store's reply to {words[0]}");
    }

    public async Task<string?> TextAsync(params string[] words) => (string?)await CommandAsync(words);

    public async Task<long> NumberAsync(params string[] words) => (long)(await CommandAsync(words))!;

    public async Task<string[]> ListAsync(params string[] words) => [.. ((object?[])(await CommandAsync(words))!).Select(item => (string)item!)];

    /// <summary>A hash; empty if there is none.</summary>
    public async Task<Dictionary<string, string>> HashAsync(string key)
    {
        string[] words = await ListAsync("HGETALL", key);
        return words.Chunk(2).ToDictionary(pair => pair[0], pair => pair[1]);
    }

    public void Dispose() => _client.Dispose();

    private async Task<object?> ReadAsync()
    {
        string line = await ReadLineAsync();
        string rest = line[1..];
        switch (line[0])
        {
            case '+':
                return rest;
            case ':':
                return long.Parse(rest, CultureInfo.InvariantCulture);
            case '$':
                return rest == "-1" ? null : await ReadBulkAsync(int.Parse(rest, CultureInfo.InvariantCulture));
            case '*':
                object?[] items = new object?[int.Parse(rest, CultureInfo.InvariantCulture)];
                for (int i = 0; i < items.Length; i++)
                {
                    items[i] = await ReadAsync();
                }
                return items;
            default:
                throw new InvalidOperationException(rest);
        }
    }

    private async Task<string> ReadBulkAsync(int length)
    {
        byte[] bytes = new byte[length + 2];
        await _stream.ReadExactlyAsync(bytes);
        return Encoding.Latin1.GetString(bytes, 0, length);
    }

    private async Task<string> ReadLineAsync()
    {
        var line = new StringBuilder();
        byte[] one = new byte[1];
        do
        {
            await _stream.ReadExactlyAsync(one);
            line.Append((char)one[0]);
        }
        while (one[0] != '\n');
        return line.ToString(0, line.Length - 2);
    }
}

using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Carousel.EndToEnd.Harness;

namespace Carousel.EndToEnd.Store;

/// <summary>A Redis protocol client over a socket; replies are returned as text.</summary>
internal sealed class RespClient : IDisposable
{
    private readonly TcpClient _client;
    private readonly BufferedStream _stream;

    private RespClient(TcpClient client) => (_client, _stream) = (client, new BufferedStream(client.GetStream(), 1 << 16));

    public static async Task<RespClient> ConnectAsync(int port, string host = "127.0.0.1")
    {
        var client = new TcpClient(host.Contains(':') ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork);
        await Deadlines.WithinAsync(client.ConnectAsync(host, port), $"a connection to the store on {host}");
        client.ReceiveTimeout = client.SendTimeout = (int)Deadlines.Limit.TotalMilliseconds;
        return new RespClient(client);
    }

    /// <summary>The reply to one command: strings as they are, numbers in digits, <c>(nil)</c>, <c>[a b]</c>, errors with their leading <c>-</c>.</summary>
    public string Execute(params string[] command)
    {
        Send(command);
        return Read();
    }

    /// <summary>Sends without waiting; the reply is the next one to read.</summary>
    public void Send(params string[] command)
    {
        var text = new StringBuilder($"*{command.Length}\r\n");
        foreach (string argument in command)
        {
            text.Append(CultureInfo.InvariantCulture, $"${Encoding.UTF8.GetByteCount(argument)}\r\n{argument}\r\n");
        }
        _stream.Write(Encoding.UTF8.GetBytes(text.ToString()));
        _stream.Flush();
    }

    public string Read()
    {
        string line = ReadLine();
        return line[0] switch
        {
            '+' or ':' => line[1..],
            '-' => line,
            '$' => ReadBulk(int.Parse(line[1..], CultureInfo.InvariantCulture)),
            '*' => ReadArray(int.Parse(line[1..], CultureInfo.InvariantCulture)),
            _ => throw new InvalidDataException($"not the Redis protocol: {line}"),
        };
    }

    public void Dispose() => _client.Dispose();

    private string ReadArray(int length) =>
        length < 0 ? "(nil)" : $"[{string.Join(' ', Enumerable.Range(0, length).Select(_ => Read()))}]";

    private string ReadBulk(int length)
    {
        if (length < 0)
        {
            return "(nil)";
        }
        byte[] bytes = new byte[length + 2];
        _stream.ReadExactly(bytes);
        return Encoding.UTF8.GetString(bytes, 0, length);
    }

    private string ReadLine()
    {
        var line = new StringBuilder();
        for (int c = _stream.ReadByte(); c != '\n'; c = _stream.ReadByte())
        {
            if (c < 0)
            {
                throw new EndOfStreamException("the store closed the connection");
            }
            line.Append((char)c);
        }
        return line.ToString().TrimEnd('\r');
    }
}

using System.Globalization;
using System.Text;

namespace Carousel.Demo;

/// <summary>A whole request, and its response. The parser is lenient: requests were validated by the balancer.</summary>
internal sealed class DemoRequest
{
    private readonly string _requestLine;
    private readonly List<string> _fields = [];

    private DemoRequest(string requestLine) => _requestLine = requestLine;

    /// <summary>Whether the connection may be used for another request (RFC 9112 section 9.3).</summary>
    public bool KeepAlive =>
        !Field("Connection").Contains("close", StringComparison.OrdinalIgnoreCase)
        && (_requestLine.EndsWith("HTTP/1.1", StringComparison.Ordinal)
            || Field("Connection").Contains("keep-alive", StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether it is a health check.</summary>
    public bool IsHealthCheck => _requestLine.Split(' ') is [_, "/healthz", ..];

    /// <summary>The next request of the connection, after skipping its body; null if there is none.</summary>
    public static async ValueTask<DemoRequest?> Read(DemoReader reader, Stream stream)
    {
        if (await reader.ReadLine().ConfigureAwait(false) is not { } first)
        {
            return null;
        }
        var request = new DemoRequest(first);
        while (await reader.ReadLine().ConfigureAwait(false) is { Length: > 0 } field)
        {
            request._fields.Add(field);
        }
        if (request.Field("Expect").Equals("100-continue", StringComparison.OrdinalIgnoreCase))
        {
            await stream.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray()).ConfigureAwait(false);
        }
        await request.SkipBody(reader).ConfigureAwait(false);
        return request;
    }

    /// <summary>The response: the server's name, and the request's fields that the balancer sets.</summary>
    /// <param name="name">The server's name.</param>
    /// <param name="number">The request's number, from 1.</param>
    /// <param name="keeps">Whether the connection is kept.</param>
    public byte[] Respond(string name, int number, bool keeps)
    {
        string[] shown = ["Host", "Via", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "Forwarded"];
        IEnumerable<string> fields = _fields.Where(field => shown.Contains(field.Split(':')[0], StringComparer.OrdinalIgnoreCase));
        return Text($"{name}: response number {number}\n  {string.Join("\n  ", fields.Prepend(_requestLine))}\n", keeps);
    }

    /// <summary>The response to a health check.</summary>
    /// <param name="keeps">Whether the connection is kept.</param>
    public byte[] Healthy(bool keeps) => Text("ok\n", keeps);

    private byte[] Text(string body, bool keeps)
    {
        string head = $"HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {Encoding.Latin1.GetByteCount(body)}\r\n"
            + (keeps ? "\r\n" : "Connection: close\r\n\r\n");
        return Encoding.Latin1.GetBytes(_requestLine.StartsWith("HEAD ", StringComparison.Ordinal) ? head : head + body);
    }

    private async ValueTask SkipBody(DemoReader reader)
    {
        if (Field("Transfer-Encoding").Length == 0)
        {
            await reader.Skip(Number(Field("Content-Length"), NumberStyles.None)).ConfigureAwait(false);
            return;
        }
        while (Number(await reader.ReadLine().ConfigureAwait(false), NumberStyles.HexNumber) is > 0 and long size)
        {
            await reader.Skip(size).ConfigureAwait(false);
            await reader.ReadLine().ConfigureAwait(false);
        }
        while (await reader.ReadLine().ConfigureAwait(false) is { Length: > 0 })
        {
            // A trailer field.
        }
    }

    private static long Number(string? text, NumberStyles style) => text switch
    {
        "" => 0,
        null => throw new InvalidDataException("the body is cut short"),
        _ when long.TryParse(text.Split(';')[0], style, CultureInfo.InvariantCulture, out long number) && number >= 0 => number,
        _ => throw new InvalidDataException("no length"),
    };

    private string Field(string name) =>
        _fields.FirstOrDefault(field => field.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase)) is { } field
            ? field[(name.Length + 1)..].Trim()
            : "";
}

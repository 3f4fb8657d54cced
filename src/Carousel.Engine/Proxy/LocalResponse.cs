using System.Text;
using Carousel.Core.Telemetry;
using Carousel.Engine.Sockets;

namespace Carousel.Engine.Proxy;

/// <summary>The balancer's own responses to requests it can't serve: status, reason code and one sentence.</summary>
internal static unsafe class LocalResponse
{
    /// <summary>A server may be up, and a connection free, soon.</summary>
    private const string RetryAfterSeconds = "1";

    /// <summary>Head (without Date, Connection and the empty line) and body of each response, made once: heads[reason], bodies[reason].</summary>
    private static readonly byte[][] Heads = Make(Head);
    private static readonly byte[][] Bodies = Make(Body);

    /// <summary>Writes the response into an empty buffer, ready to be sent.</summary>
    public static void Write(ref MessageBuffer buffer, FailureReason reason, bool isHead, bool keepAlive, ReadOnlySpan<byte> date, ReadOnlySpan<byte> requestId)
    {
        Append(ref buffer, Heads[(int)reason]);
        Append(ref buffer, "Date: "u8);
        Append(ref buffer, date);
        if (!requestId.IsEmpty)
        {
            Append(ref buffer, "\r\nX-Request-Id: "u8);
            Append(ref buffer, requestId);
        }
        Append(ref buffer, keepAlive ? "\r\n\r\n"u8 : "\r\nConnection: close\r\n\r\n"u8);
        if (!isHead)
        {
            Append(ref buffer, Bodies[(int)reason]);
        }
        buffer.Framed = buffer.End;
    }

    /// <summary>Sends the response without a request, as far as the client takes it at once, and asks it to close.</summary>
    public static void Send(ByteStream client, FailureReason reason, Worker worker)
    {
        var response = default(BodyRelay);
        response.Buffer.Acquire(worker.Slab);
        Write(ref response.Buffer, reason, isHead: false, keepAlive: false, worker.Date, requestId: default);
        response.SendPending(client);
        response.Release(worker);
    }

    private static void Append(ref MessageBuffer buffer, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(new Span<byte>(buffer.Base + buffer.End, bytes.Length));
        buffer.End += bytes.Length;
    }

    private static byte[][] Make(Func<FailureDescription, string> text) =>
        Array.ConvertAll(Enum.GetValues<FailureReason>(), reason => Encoding.ASCII.GetBytes(text(reason.Describe())));

    private static string Body(FailureDescription failure) => $"carousel: {failure.Sentence} ({failure.Name})\n";

    private static string Head(FailureDescription failure)
    {
        var head = new StringBuilder();
        head.Append($"HTTP/1.1 {failure.Status} {Phrase(failure.Status)}\r\n");
        head.Append("Content-Type: text/plain; charset=utf-8\r\n");
        head.Append($"Content-Length: {Body(failure).Length}\r\n");
        head.Append("Cache-Control: no-store\r\n");
        head.Append($"X-Carousel-Reason: {failure.Name}\r\n");
        if (failure.Status == 503)
        {
            head.Append($"Retry-After: {RetryAfterSeconds}\r\n");
        }
        if (failure.Status == 405)
        {
            head.Append("Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n");
        }
        return head.ToString();
    }

    /// <summary>Reason phrases of the statuses in <see cref="FailureReasons"/> (RFC 9110 section 15, RFC 6585).</summary>
    private static string Phrase(int status) => status switch
    {
        400 => "Bad Request",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        414 => "URI Too Long",
        417 => "Expectation Failed",
        431 => "Request Header Fields Too Large",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        505 => "HTTP Version Not Supported",
        _ => "Error",
    };
}

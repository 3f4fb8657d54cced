using System.Buffers.Text;
using System.Text;
using Carousel.Core.Health;
using Carousel.Core.Telemetry;

namespace Carousel.Control.Probes;

/// <summary>Parses the response to a probe: as much of HTTP/1.1 as the verdict needs. Pure.</summary>
internal static class ProbeResponse
{
    /// <summary>Maximum number of bytes of head and body that are read.</summary>
    public const int MaxBytes = 64 * 1024;

    /// <summary>The verdict on the response received so far; null if more is needed.</summary>
    /// <param name="received">From the response's first byte on.</param>
    /// <param name="ended">No more bytes will be received or read.</param>
    /// <param name="options">The expected response.</param>
    public static ProbeResult? Evaluate(ReadOnlySpan<byte> received, bool ended, HealthOptions options)
    {
        while (true)
        {
            int end = received.IndexOf("\r\n\r\n"u8);
            if (end < 0)
            {
                return ended ? ProbeResult.Failed(received.IsEmpty ? FailureReason.ServerClosed : FailureReason.BadAnswer)
                    : IsHttp(received) ? null
                    : ProbeResult.Failed(FailureReason.BadAnswer);
            }
            ReadOnlySpan<byte> head = received[..(end + 2)];
            if (Status(head) is not { } status)
            {
                return ProbeResult.Failed(FailureReason.BadAnswer);
            }
            received = received[(end + 4)..];
            // Interim responses (RFC 9110 section 15.2) precede the final one; 101 is final.
            if (status is >= 200 or 101)
            {
                return options.Statuses.Contains(status) ? EvaluateBody(head, received, ended, options.Body) : new ProbeResult($"status {status}", Status: status);
            }
        }
    }

    private static ProbeResult? EvaluateBody(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, bool ended, string? expected)
    {
        if (expected is null)
        {
            return ProbeResult.Good;
        }
        bool whole = ended;
        if (Field(head, "transfer-encoding"u8) is { IsEmpty: false })
        {
            byte[] data = new byte[body.Length];
            body = data.AsSpan(0, Unchunk(body, data, out bool last));
            whole |= last;
        }
        else if (Utf8Parser.TryParse(Field(head, "content-length"u8), out long length, out _))
        {
            body = body[..(int)Math.Min(body.Length, length)];
            whole |= body.Length == length;
        }
        return body.IndexOf(Encoding.UTF8.GetBytes(expected)) >= 0 ? ProbeResult.Good : whole ? new ProbeResult("body does not match") : null;
    }

    /// <summary>Whether this may be the start of a response: another protocol is rejected without waiting for more.</summary>
    private static bool IsHttp(ReadOnlySpan<byte> received)
    {
        ReadOnlySpan<byte> expected = "HTTP/1."u8;
        int length = Math.Min(received.Length, expected.Length);
        return received[..length].SequenceEqual(expected[..length]);
    }

    /// <summary><c>HTTP/1.x SP 3DIGIT</c> (RFC 9112 section 4).</summary>
    private static int? Status(ReadOnlySpan<byte> head) =>
        head.Length > 12 && IsHttp(head) && head[8] == ' ' && head[12] is (byte)' ' or (byte)'\r'
            && Utf8Parser.TryParse(head[9..12], out int status, out int digits) && digits == 3 && status >= 100
            ? status
            : null;

    /// <summary>The field's first value; empty if it is missing.</summary>
    private static ReadOnlySpan<byte> Field(ReadOnlySpan<byte> head, ReadOnlySpan<byte> name)
    {
        foreach (Range range in head.Split("\r\n"u8))
        {
            ReadOnlySpan<byte> line = head[range];
            int colon = line.IndexOf((byte)':');
            if (colon == name.Length && Ascii.EqualsIgnoreCase(line[..colon], name))
            {
                return line[(colon + 1)..].Trim((byte)' ');
            }
        }
        return default;
    }

    /// <summary>Decodes chunks (RFC 9112 section 7.1) as far as received; returns the length of the data.</summary>
    private static int Unchunk(ReadOnlySpan<byte> chunks, Span<byte> data, out bool last)
    {
        int length = 0;
        last = false;
        while (Utf8Parser.TryParse(chunks, out uint size, out _, 'x') && chunks.IndexOf("\r\n"u8) is var line and > 0)
        {
            if (size == 0)
            {
                last = true;
                break;
            }
            chunks = chunks[(line + 2)..];
            int take = (int)Math.Min(size, (uint)chunks.Length);
            chunks[..take].CopyTo(data[length..]);
            length += take;
            chunks = chunks[Math.Min(take + 2, chunks.Length)..];
        }
        return length;
    }
}

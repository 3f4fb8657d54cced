using System.Buffers;
using System.Globalization;
using Carousel.Core.Telemetry;

namespace Carousel.Control.Telemetry;

/// <summary>A field of a line format.</summary>
/// <param name="Name">The name after the <c>$</c>.</param>
/// <param name="Help">Its description in docs/LOG.md.</param>
/// <param name="Write">Appends it to the line; "-" if there is no value.</param>
internal sealed record LogField(string Name, string Help, Action<LogEntry> Write)
{
    /// <summary>Printable ASCII except the quote and the backslash: bytes written without an escape.</summary>
    private static readonly SearchValues<byte> Plain = SearchValues.Create([.. Enumerable.Range(0x20, 0x7F - 0x20).Where(b => b is not ('"' or '\\')).Select(b => (byte)b)]);

    /// <summary>All fields, in the order of docs/LOG.md.</summary>
    public static IReadOnlyList<LogField> All { get; } =
    [
        new("remote_addr", "the client's address; behind a --trusted-proxy the address it reports", entry => RecordBytes.AppendAddress(entry.Line, entry.Record.Client)),
        new("remote_port", "the client's port, if the client is connected directly", WritePort),
        new("time_iso8601", "when the request head was received, UTC: 2026-11-26T20:19:35.123456Z", entry => RecordBytes.AppendTime(entry.Line, entry.UnixMicros)),
        new("time_local", "the same in the common log format, UTC: 26/Nov/2026:20:19:35 +0000", WriteLocalTime),
        new("msec", "the same in seconds since 1970: 1795724375.123", entry => RecordBytes.AppendThousandths(entry.Line, entry.UnixMicros / 1000)),
        new("request", "method, target and protocol", WriteRequest),
        new("request_method", "the method", entry => Text(entry, RecordText.Method)),
        new("request_uri", "the target as sent by the client", entry => Text(entry, RecordText.Target)),
        new("server_protocol", "HTTP/1.1 or HTTP/1.0", entry => entry.Line.Append(Protocol(entry))),
        new("host", "the Host field", entry => Text(entry, RecordText.Host)),
        new("http_user_agent", "the User-Agent field", entry => Text(entry, RecordText.UserAgent)),
        new("http_referer", "the Referer field", entry => Text(entry, RecordText.Referer)),
        new("request_id", "the X-Request-Id sent to the server and the client", entry => Escape(entry.Line, RecordBytes.RequestId(entry.Copy, stackalloc byte[16]))),
        new("status", "the status sent to the client; 0 for none", entry => entry.Line.Append((long)entry.Record.Status)),
        new("reason", "why the request failed, one of docs/REASONS.md", entry => Reason(entry.Line, entry.Record.Reason)),
        new("bytes_sent", "bytes sent to the client, including the head", entry => entry.Line.Append(entry.Record.BytesOut)),
        new("bytes_received", "bytes received from the client, including the head", entry => entry.Line.Append(entry.Record.BytesIn)),
        new("route_time", "seconds until the server was selected, including queueing and earlier attempts", entry => Seconds(entry.Line, entry.RouteMicros)),
        new("connect_time", "seconds from then until the connection was established; 0 for a kept-alive connection", entry => Seconds(entry.Line, entry.ConnectMicros)),
        new("answer_time", "seconds from then until the response head was received", entry => Seconds(entry.Line, entry.ResponseMicros)),
        new("request_time", "seconds from receiving the request head until the request was finished", entry => Seconds(entry.Line, entry.Record.TotalMicros)),
        new("server", "the name of the server of the last attempt", entry => Server(entry, entry.KnownAttempts - 1)),
        new("servers", "the names of the servers of all attempts, comma-separated; with more than 5 attempts, the first four and the last", entry => EachTry(entry, Server)),
        new("attempts", "number of attempts", entry => entry.Line.Append((long)entry.Record.AttemptCount)),
        new("attempt_reasons", "the result of each attempt, comma-separated: a reason, or - for the forwarded response", entry => EachTry(entry, TryReason)),
        new("attempt_times", "the duration of each attempt in seconds, comma-separated", entry => EachTry(entry, (entry, index) => Seconds(entry.Line, entry.Record.Attempts[index].TookMicros))),
        new("reused", "1 if the last attempt used a kept-alive connection, else 0", WriteReused),
        new("visit", "the result of session lookup: new, returning, moved or stateless", entry => Bytes(entry.Line, RecordBytes.Outcome(entry.Record.SessionOutcome))),
        new("session", "a hash of the session's id", WriteSession),
        new("trace_id", "the trace id, if the request is traced", WriteTrace),
        new("worker", "the number of its worker", entry => entry.Line.Append((long)entry.Worker)),
    ];

    /// <summary>Appends client input; non-plain bytes as <c>\xHH</c>, so that it can't break the line or unbalance quotes.</summary>
    internal static void Escape(ByteBuffer to, ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty)
        {
            int plain = text.IndexOfAnyExcept(Plain);
            to.Append(plain < 0 ? text : text[..plain]);
            if (plain < 0)
            {
                return;
            }
            to.Append("\\x"u8);
            to.Append(text[plain], "X2");
            text = text[(plain + 1)..];
        }
    }

    private static void Bytes(ByteBuffer to, ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
        {
            to.Append((byte)'-');
        }
        Escape(to, text);
    }

    private static void Text(LogEntry entry, RecordText text) => Bytes(entry.Line, entry.Copy.Text(text));

    private static ReadOnlySpan<byte> Protocol(LogEntry entry) => entry.Record.IsHttp10 ? "HTTP/1.0"u8 : "HTTP/1.1"u8;

    private static void WriteRequest(LogEntry entry)
    {
        Text(entry, RecordText.Method);
        entry.Line.Append((byte)' ');
        Text(entry, RecordText.Target);
        entry.Line.Append((byte)' ');
        entry.Line.Append(Protocol(entry));
    }

    private static void WritePort(LogEntry entry)
    {
        if (entry.Record.ClientPort == 0)
        {
            entry.Line.Append((byte)'-');
            return;
        }
        entry.Line.Append((long)entry.Record.ClientPort);
    }

    private static void WriteLocalTime(LogEntry entry)
    {
        const string format = "dd/MMM/yyyy:HH:mm:ss +0000";
        var time = new DateTime(DateTime.UnixEpoch.Ticks + entry.UnixMicros * TimeSpan.TicksPerMicrosecond, DateTimeKind.Utc);
        time.TryFormat(entry.Line.Extend(format.Length), out _, format, CultureInfo.InvariantCulture);
    }

    private static void Seconds(ByteBuffer to, long micros)
    {
        if (micros < 0)
        {
            to.Append((byte)'-');
            return;
        }
        to.Append(micros / 1_000_000);
        to.Append((byte)'.');
        to.Append(micros % 1_000_000, "D6");
    }

    private static void Reason(ByteBuffer to, FailureReason reason) => to.Append(reason == FailureReason.None ? "-" : reason.Describe().Name);

    private static void Server(LogEntry entry, int index)
    {
        if (index < 0)
        {
            entry.Line.Append((byte)'-');
            return;
        }
        Bytes(entry.Line, entry.Names.Of(entry.Record.Attempts[index].ServerTag).Name);
    }

    private static void TryReason(LogEntry entry, int index) => Reason(entry.Line, entry.Record.Attempts[index].Reason);

    private static void EachTry(LogEntry entry, Action<LogEntry, int> write)
    {
        for (int i = 0; i < entry.KnownAttempts; i++)
        {
            entry.Line.Append(i == 0 ? default : ","u8);
            write(entry, i);
        }
        entry.Line.Append(entry.KnownAttempts == 0 ? "-"u8 : default);
    }

    private static void WriteReused(LogEntry entry)
    {
        int last = entry.KnownAttempts - 1;
        entry.Line.Append(last < 0 ? "-"u8 : entry.Record.Attempts[last].Reused ? "1"u8 : "0"u8);
    }

    private static void WriteSession(LogEntry entry)
    {
        if (entry.Record.Session == 0)
        {
            entry.Line.Append((byte)'-');
            return;
        }
        RecordBytes.AppendSession(entry.Line, entry.Record.Session);
    }

    private static void WriteTrace(LogEntry entry)
    {
        if (entry.Record.TraceId == 0)
        {
            entry.Line.Append((byte)'-');
            return;
        }
        RecordBytes.AppendTrace(entry.Line, entry.Record.TraceId);
    }
}

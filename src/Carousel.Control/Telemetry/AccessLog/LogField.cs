using System.Buffers;
using System.Globalization;
using Carousel.Core.Telemetry;

namespace Carousel.Control.Telemetry;

/// <summary>A field of a line's format.</summary>
/// <param name="Name">What stands behind the <c>$</c>.</param>
/// <param name="Help">What docs/LOG.md says of it.</param>
/// <param name="Write">Adds it to the line; "-" if there is nothing to say.</param>
internal sealed record LogField(string Name, string Help, Action<LogEntry> Write)
{
    /// <summary>Printable ASCII but for the quote and the backslash: all that is not written as an escape.</summary>
    private static readonly SearchValues<byte> Plain = SearchValues.Create([.. Enumerable.Range(0x20, 0x7F - 0x20).Where(b => b is not ('"' or '\\')).Select(b => (byte)b)]);

    /// <summary>All fields there are, in the order of docs/LOG.md.</summary>
    public static IReadOnlyList<LogField> All { get; } =
    [
        new("remote_addr", "the client's address; behind a --trusted-proxy the one that it names", entry => RecordBytes.AppendAddress(entry.Line, entry.Record.Client)),
        new("remote_port", "the client's port, where the client itself is connected", WritePort),
        new("time_iso8601", "when the request's head was there, UTC: 2026-11-26T20:19:35.123456Z", entry => RecordBytes.AppendTime(entry.Line, entry.UnixMicros)),
        new("time_local", "the same as web servers write it, in UTC: 26/Nov/2026:20:19:35 +0000", WriteLocalTime),
        new("msec", "the same in seconds since 1970: 1795724375.123", entry => RecordBytes.AppendThousandths(entry.Line, entry.UnixMicros / 1000)),
        new("request", "method, target and protocol", WriteRequest),
        new("request_method", "the method", entry => Text(entry, RecordText.Method)),
        new("request_uri", "the target, as the client wrote it", entry => Text(entry, RecordText.Target)),
        new("server_protocol", "HTTP/1.1 or HTTP/1.0", entry => entry.Line.Append(Protocol(entry))),
        new("host", "the Host field", entry => Text(entry, RecordText.Host)),
        new("http_user_agent", "the User-Agent field", entry => Text(entry, RecordText.UserAgent)),
        new("http_referer", "the Referer field", entry => Text(entry, RecordText.Referer)),
        new("request_id", "what X-Request-Id says to the server and to the client", entry => Escape(entry.Line, RecordBytes.RequestId(entry.Copy, stackalloc byte[16]))),
        new("status", "the status that the client was sent; 0 for none", entry => entry.Line.Append((long)entry.Record.Status)),
        new("reason", "why the request failed, one of docs/REASONS.md", entry => Reason(entry.Line, entry.Record.Reason)),
        new("bytes_sent", "bytes sent to the client, head included", entry => entry.Line.Append(entry.Record.BytesOut)),
        new("bytes_received", "bytes received from the client, head included", entry => entry.Line.Append(entry.Record.BytesIn)),
        new("route_time", "seconds until a server had taken the request on: the queue, and earlier attempts", entry => Seconds(entry.Line, entry.RouteMicros)),
        new("connect_time", "seconds from then until the connection to it was there; 0 for a kept one", entry => Seconds(entry.Line, entry.ConnectMicros)),
        new("answer_time", "seconds from then until the head of its answer was there", entry => Seconds(entry.Line, entry.ResponseMicros)),
        new("request_time", "seconds from the request's head being there until all was over", entry => Seconds(entry.Line, entry.Record.TotalMicros)),
        new("server", "the name of the server of the last attempt", entry => Server(entry, entry.KnownAttempts - 1)),
        new("servers", "the names of the servers of all attempts, with commas; of more than 5 attempts the first ones and the last", entry => EachTry(entry, Server)),
        new("attempts", "how many attempts there were", entry => entry.Line.Append((long)entry.Record.AttemptCount)),
        new("attempt_reasons", "what the attempts came to, with commas: a reason, or - for the answer that was passed on", entry => EachTry(entry, TryReason)),
        new("attempt_times", "seconds that each attempt took, with commas", entry => EachTry(entry, (entry, index) => Seconds(entry.Line, entry.Record.Attempts[index].TookMicros))),
        new("reused", "1 if the last attempt went over a kept connection, else 0", WriteReused),
        new("visit", "what the cookie came to: new, returning, moved or stateless", entry => Bytes(entry.Line, RecordBytes.Outcome(entry.Record.SessionOutcome))),
        new("session", "what stands for the session: a hash of its id", WriteSession),
        new("trace_id", "the trace that it belongs to, if it is traced", WriteTrace),
        new("worker", "the number of the worker that it was on", entry => entry.Line.Append((long)entry.Worker)),
    ];

    /// <summary>Adds bytes of a client: what is not plain as <c>\xHH</c>, so that a line stays a line and quotes stay in pairs.</summary>
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

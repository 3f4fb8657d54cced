using System.Text;
using Carousel.Core.Telemetry;

namespace Carousel.Control.Telemetry;

/// <summary>A request as one line of JSON (RFC 8259). Client input can't break the line or the syntax.</summary>
internal static class JsonLine
{
    private const int DeleteByte = 0x7F;

    /// <summary>Appends the object without a line break.</summary>
    public static void Write(LogEntry entry)
    {
        ByteBuffer line = entry.Line;
        ref readonly RequestRecord record = ref entry.Record;
        line.Append("{\"time\":\""u8);
        RecordBytes.AppendTime(line, entry.UnixMicros);
        line.Append("\",\"id\":"u8);
        AppendText(line, RecordBytes.RequestId(entry.Copy, stackalloc byte[16]));
        line.Append(",\"client\":\""u8);
        RecordBytes.AppendAddress(line, record.Client);
        line.Append("\",\"client_port\":"u8);
        AppendPort(line, record.ClientPort);
        Text(entry, ",\"method\":"u8, RecordText.Method);
        Text(entry, ",\"target\":"u8, RecordText.Target);
        line.Append(record.IsHttp10 ? ",\"protocol\":\"HTTP/1.0\""u8 : ",\"protocol\":\"HTTP/1.1\""u8);
        Text(entry, ",\"host\":"u8, RecordText.Host);
        line.Append(",\"status\":"u8);
        line.Append((long)record.Status);
        line.Append(",\"reason\":"u8);
        AppendReason(line, record.Reason);
        WriteServer(entry);
        line.Append(",\"bytes_in\":"u8);
        line.Append(record.BytesIn);
        line.Append(",\"bytes_out\":"u8);
        line.Append(record.BytesOut);
        Time(line, ",\"route_ms\":"u8, entry.RouteMicros);
        Time(line, ",\"connect_ms\":"u8, entry.ConnectMicros);
        Time(line, ",\"answer_ms\":"u8, entry.ResponseMicros);
        Time(line, ",\"total_ms\":"u8, record.TotalMicros);
        line.Append(",\"attempts\":"u8);
        line.Append((long)record.AttemptCount);
        WriteTries(entry);
        WriteSession(line, record);
        Text(entry, ",\"user_agent\":"u8, RecordText.UserAgent);
        Text(entry, ",\"referer\":"u8, RecordText.Referer);
        line.Append(",\"worker\":"u8);
        line.Append((long)entry.Worker);
        line.Append((byte)'}');
    }

    /// <summary>
    /// Appends bytes as a string. Invalid UTF-8 becomes U+FFFD. Control characters are escaped, including those that only some readers treat as such.
    /// </summary>
    internal static void AppendText(ByteBuffer to, ReadOnlySpan<byte> text)
    {
        to.Append((byte)'"');
        while (!text.IsEmpty)
        {
            int plain = 0;
            while (plain < text.Length && text[plain] is >= (byte)' ' and < DeleteByte and not (byte)'"' and not (byte)'\\')
            {
                plain++;
            }
            to.Append(text[..plain]);
            text = text[plain..];
            if (!text.IsEmpty)
            {
                Rune.DecodeFromUtf8(text, out Rune rune, out int taken);
                AppendRune(to, rune, text[..taken]);
                text = text[taken..];
            }
        }
        to.Append((byte)'"');
    }

    /// <summary>null if a proxy reported the client: the port would be the proxy's.</summary>
    private static void AppendPort(ByteBuffer to, ushort port)
    {
        if (port == 0)
        {
            to.Append("null"u8);
            return;
        }
        to.Append((long)port);
    }

    private static void AppendRune(ByteBuffer to, Rune rune, ReadOnlySpan<byte> bytes)
    {
        const int lineSeparator = 0x2028, paragraphSeparator = 0x2029;
        if (rune.Value is '"' or '\\')
        {
            to.Append((byte)'\\');
            to.Append((byte)rune.Value);
        }
        else if (Rune.IsControl(rune) || rune.Value is lineSeparator or paragraphSeparator || rune == Rune.ReplacementChar)
        {
            to.Append("\\u"u8);
            to.Append(rune.Value, "x4");
        }
        else
        {
            to.Append(bytes);
        }
    }

    /// <summary>The server of the last attempt: the one that responded, if any did.</summary>
    private static void WriteServer(LogEntry entry)
    {
        entry.Line.Append(",\"server\":"u8);
        if (entry.KnownAttempts == 0)
        {
            entry.Line.Append("null"u8);
        }
        else
        {
            AppendText(entry.Line, entry.Names.Of(entry.Record.Attempts[entry.KnownAttempts - 1].ServerTag).Name);
        }
    }

    private static void WriteTries(LogEntry entry)
    {
        ByteBuffer line = entry.Line;
        line.Append(",\"tries\":["u8);
        for (int i = 0; i < entry.KnownAttempts; i++)
        {
            AttemptRecord attempt = entry.Record.Attempts[i];
            line.Append(i == 0 ? "{\"server\":"u8 : ",{\"server\":"u8);
            AppendText(line, entry.Names.Of(attempt.ServerTag).Name);
            Time(line, ",\"at_ms\":"u8, attempt.BeganMicros);
            Time(line, ",\"took_ms\":"u8, attempt.TookMicros);
            line.Append(",\"reason\":"u8);
            AppendReason(line, attempt.Reason);
            line.Append(attempt.Reused ? ",\"reused\":true}"u8 : ",\"reused\":false}"u8);
        }
        line.Append((byte)']');
    }

    private static void WriteSession(ByteBuffer line, in RequestRecord record)
    {
        ReadOnlySpan<byte> outcome = RecordBytes.Outcome(record.SessionOutcome);
        line.Append(",\"visit\":"u8);
        if (outcome.IsEmpty)
        {
            line.Append("null"u8);
        }
        else
        {
            AppendText(line, outcome);
        }
        line.Append(",\"session\":"u8);
        if (record.Session == 0)
        {
            line.Append("null"u8);
        }
        else
        {
            line.Append((byte)'"');
            RecordBytes.AppendSession(line, record.Session);
            line.Append((byte)'"');
        }
        line.Append(",\"trace\":"u8);
        if (record.TraceId == 0)
        {
            line.Append("null"u8);
        }
        else
        {
            line.Append((byte)'"');
            RecordBytes.AppendTrace(line, record.TraceId);
            line.Append((byte)'"');
        }
    }

    private static void Text(LogEntry entry, ReadOnlySpan<byte> name, RecordText text)
    {
        entry.Line.Append(name);
        ReadOnlySpan<byte> value = entry.Copy.Text(text);
        if (value.IsEmpty)
        {
            entry.Line.Append("null"u8);
        }
        else
        {
            AppendText(entry.Line, value);
        }
    }

    private static void AppendReason(ByteBuffer line, FailureReason reason)
    {
        if (reason == FailureReason.None)
        {
            line.Append("null"u8);
            return;
        }
        line.Append((byte)'"');
        line.Append(reason.Describe().Name);
        line.Append((byte)'"');
    }

    private static void Time(ByteBuffer line, ReadOnlySpan<byte> name, long micros)
    {
        line.Append(name);
        if (micros < 0)
        {
            line.Append("null"u8);
        }
        else
        {
            RecordBytes.AppendThousandths(line, micros);
        }
    }
}

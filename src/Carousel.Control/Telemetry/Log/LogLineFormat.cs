using System.Globalization;
using System.Text;
using Carousel.Core.Events;
using Carousel.Core.Telemetry;

namespace Carousel.Control.Telemetry;

/// <summary>Formats lines of the balancer's log (docs/LOG.md) as text or as one JSON object each. Any thread.</summary>
/// <param name="isJson">True for JSON.</param>
/// <param name="time">The clock for timestamps.</param>
public sealed class LogLineFormat(bool isJson, TimeProvider time)
{
    /// <summary>Continuation lines are indented, so that they can't be mistaken for log lines.</summary>
    private const string NextLine = "\n    ";

    /// <summary>True for JSON.</summary>
    public bool IsJson => isJson;

    /// <summary>The line in UTF-8, including its line break.</summary>
    public byte[] Format(in LogLine line) => isJson ? Json(line) : Encoding.UTF8.GetBytes(Text(line));

    /// <summary>The name of a level: <c>info</c>, <c>warn</c> or <c>error</c>.</summary>
    public static string Name(EventLevel level) => level switch
    {
        EventLevel.Error => "error",
        EventLevel.Warning => "warn",
        _ => "info",
    };

    /// <summary>Removes control characters; indents continuation lines.</summary>
    public static string Plain(string text) =>
        text.All(c => !char.IsControl(c)) ? text : string.Concat(text.ReplaceLineEndings("\n").Select(c => c == '\n' ? NextLine : char.IsControl(c) ? "\uFFFD" : c.ToString()));

    private string Text(in LogLine line) =>
        string.Create(CultureInfo.InvariantCulture, $"{time.GetUtcNow():yyyy-MM-ddTHH:mm:ssZ} {Name(line.Level)} {Plain(line.Message)}\n");

    private byte[] Json(in LogLine line)
    {
        using var json = new ByteBuffer();
        json.Append("{\"time\":\""u8);
        RecordBytes.AppendTime(json, (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
        json.Append("\",\"level\":\""u8);
        json.Append(Name(line.Level));
        json.Append("\",\"message\":"u8);
        JsonLine.AppendText(json, Encoding.UTF8.GetBytes(line.Message));
        AppendText(json, ",\"server\":"u8, line.Server);
        AppendText(json, ",\"reason\":"u8, line.Reason == FailureReason.None ? null : line.Reason.Describe().Name);
        AppendText(json, ",\"activity\":"u8, line.Activity);
        AppendNumber(json, ",\"errno\":"u8, line.Errno);
        AppendNumber(json, ",\"count\":"u8, line.Count);
        json.Append("}\n"u8);
        return json.Written.ToArray();
    }

    private static void AppendText(ByteBuffer json, ReadOnlySpan<byte> name, string? value)
    {
        if (value is not null)
        {
            json.Append(name);
            JsonLine.AppendText(json, Encoding.UTF8.GetBytes(value));
        }
    }

    private static void AppendNumber(ByteBuffer json, ReadOnlySpan<byte> name, int value)
    {
        if (value != 0)
        {
            json.Append(name);
            json.Append((long)value);
        }
    }
}

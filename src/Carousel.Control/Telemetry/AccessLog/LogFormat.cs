using System.Diagnostics.CodeAnalysis;
using System.Text;
using Carousel.Core.Config;

namespace Carousel.Control.Telemetry;

/// <summary>The format of access log lines. Immutable.</summary>
public sealed class LogFormat
{
    private const string Common = "$remote_addr - - [$time_local] \"$request\" $status $bytes_sent";

    private readonly Action<LogEntry>[] _parts;

    private LogFormat(params Action<LogEntry>[] parts) => _parts = parts;

    /// <summary>One object per line with all fields.</summary>
    public static LogFormat Json { get; } = new(JsonLine.Write);

    /// <summary>The names of predefined formats.</summary>
    public static IReadOnlyList<string> Words { get; } = ["json", "combined", "common"];

    /// <summary>Parses <c>json</c>, <c>combined</c>, <c>common</c> or a text with fields such as <c>$status</c> or <c>${status}</c>; <c>$$</c> is a dollar sign.</summary>
    public static bool TryParse(string text, [MaybeNullWhen(false)] out LogFormat format, out string error)
    {
        error = "";
        switch (text)
        {
            case "json":
                format = Json;
                return true;
            case "common":
                return TryParseFields(Common, out format, out error);
            case "combined":
                return TryParseFields($"{Common} \"$http_referer\" \"$http_user_agent\"", out format, out error);
            default:
                if (text.Contains('$'))
                {
                    return TryParseFields(text, out format, out error);
                }
                format = null;
                error = Suggestion.For(text, Words) is { } close
                    ? $"unknown format {Quote.Of(text)}: did you mean {close}?"
                    : $"expected one of {string.Join(", ", Words)}, or fields such as \"$remote_addr $status $request_time\" (docs/LOG.md), found {Quote.Of(text)}";
                return false;
        }
    }

    /// <summary>Appends the line including its line break.</summary>
    internal void Write(LogEntry entry)
    {
        foreach (Action<LogEntry> part in _parts)
        {
            part(entry);
        }
        entry.Line.Append((byte)'\n');
    }

    private static bool TryParseFields(string text, [MaybeNullWhen(false)] out LogFormat format, out string error)
    {
        var parts = new List<Action<LogEntry>>();
        format = null;
        error = "";
        for (int at = 0; at < text.Length;)
        {
            int dollar = text.IndexOf('$', at);
            int end = dollar < 0 ? text.Length : dollar;
            AddLiteral(parts, text[at..end]);
            if (dollar < 0)
            {
                break;
            }
            if (dollar + 1 < text.Length && text[dollar + 1] == '$')
            {
                AddLiteral(parts, "$");
                at = dollar + 2;
                continue;
            }
            (string name, at) = Name(text, dollar + 1);
            if (LogField.All.FirstOrDefault(field => field.Name == name) is not { } field)
            {
                error = Unknown(name);
                return false;
            }
            parts.Add(field.Write);
        }
        format = new LogFormat([.. parts]);
        return true;
    }

    /// <summary>The field name after a dollar sign, and where it ends.</summary>
    private static (string Name, int End) Name(string text, int start)
    {
        if (start < text.Length && text[start] == '{' && text.IndexOf('}', start) is > 0 and var brace)
        {
            return (text[(start + 1)..brace], brace + 1);
        }
        int end = start;
        while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_'))
        {
            end++;
        }
        return (text[start..end], end);
    }

    private static void AddLiteral(List<Action<LogEntry>> parts, string text)
    {
        if (text.Length != 0)
        {
            // A line break in the format must not split the line.
            byte[] bytes = Encoding.UTF8.GetBytes(text.ReplaceLineEndings(" "));
            parts.Add(entry => entry.Line.Append(bytes));
        }
    }

    private static string Unknown(string name)
    {
        string hint = Suggestion.For(name, LogField.All.Select(field => field.Name)) is { } close
            ? $"did you mean ${close}?"
            : "docs/LOG.md lists all fields";
        return name.Length == 0 ? "\"$\" without a field name: write $$ for a dollar sign, or add the name of a field" : $"unknown field {Quote.Of("$" + name)}: {hint}";
    }
}

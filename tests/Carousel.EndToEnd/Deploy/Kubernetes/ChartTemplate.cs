using System.Collections;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using YamlDotNet.Serialization;

namespace Carousel.EndToEnd.Deploy.Kubernetes;

/// <summary>
/// The few words of Helm's templates that our chart uses; every other is an error. It stands in for helm, which can't be had where these tests run.
/// </summary>
internal sealed partial class ChartTemplate
{
    private readonly List<(string Text, string? Action)> _parts = [];
    private readonly StringBuilder _output = new();
    private int _next;

    private ChartTemplate(string text)
    {
        int from = 0;
        foreach (Match action in Action().Matches(text))
        {
            string before = text[from..action.Index];
            _parts.Add((action.Value.StartsWith("{{-", StringComparison.Ordinal) ? before.TrimEnd() : before, action.Groups["inner"].Value));
            from = action.Index + action.Length;
        }
        _parts.Add((text[from..], null));
    }

    /// <param name="text">Of the template.</param>
    /// <param name="release">The release's name.</param>
    /// <param name="values">The chart's values.</param>
    public static string Render(string text, string release, IDictionary<object, object> values)
    {
        var template = new ChartTemplate(text);
        object scope = new Dictionary<object, object> { ["Values"] = values, ["Release"] = new Dictionary<object, object> { ["Name"] = release } };
        string? end = template.Run(scope, writes: true);
        return end is null ? template._output.ToString() : throw new FormatException($"unexpected {{{{ {end} }}}}");
    }

    /// <summary>Goes on to the end of this block; gives the word that ended it, or null at the end of all.</summary>
    private string? Run(object scope, bool writes)
    {
        while (true)
        {
            (string text, string? action) = _parts[_next++];
            _output.Append(writes ? text : "");
            switch (action?.Split(' ')[0])
            {
                case null or "else" or "end":
                    return action;
                case "if":
                    If(IsTrue(Find(scope, action[3..])), scope, writes);
                    break;
                case "range":
                    Range((IEnumerable)Find(scope, action[6..]), writes);
                    break;
                default:
                    _output.Append(writes ? Value(scope, action) : "");
                    break;
            }
        }
    }

    private void If(bool holds, object scope, bool writes)
    {
        string? end = Run(scope, writes && holds);
        if (end == "else")
        {
            end = Run(scope, writes && !holds);
        }
        Expect(end);
    }

    private void Range(IEnumerable items, bool writes)
    {
        int begin = _next;
        foreach (object item in items)
        {
            _next = begin;
            Expect(Run(item, writes));
        }
        _next = begin;
        Expect(Run("", writes: false));
    }

    private static void Expect(string? end)
    {
        if (end != "end")
        {
            throw new FormatException($"expected {{{{ end }}}}, found {end ?? "the end of the file"}");
        }
    }

    private static string Value(object scope, string pipeline)
    {
        string[] steps = pipeline.Split(" | ");
        object value = First(scope, steps[0]);
        foreach (string step in steps[1..])
        {
            string[] words = step.Split(' ');
            value = words[0] switch
            {
                "quote" => JsonSerializer.Serialize(Text(value), JsonSerializerOptions.Default),
                "nindent" => "\n" + string.Join('\n', Text(value).Split('\n').Select(line => new string(' ', int.Parse(words[1], CultureInfo.InvariantCulture)) + line)),
                "printf" => words[1].Trim('"').Replace("%s", Text(value), StringComparison.Ordinal),
                _ => throw new FormatException($"unknown: {step}"),
            };
        }
        return Text(value);
    }

    private static object First(object scope, string step)
    {
        if (Required().Match(step) is { Success: true } required)
        {
            object value = Find(scope, required.Groups["path"].Value);
            return IsTrue(value) ? value : throw new FormatException(required.Groups["message"].Value);
        }
        return step.StartsWith("toYaml ", StringComparison.Ordinal) ? new Serializer().Serialize(Find(scope, step[7..])).TrimEnd() : Find(scope, step);
    }

    private static object Find(object scope, string path)
    {
        if (path[0] != '.')
        {
            throw new FormatException($"unknown: {path}");
        }
        foreach (string name in path.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            scope = ((IDictionary<object, object>)scope)[name];
        }
        return scope;
    }

    private static bool IsTrue(object value) => value is not ("" or "false" or ICollection { Count: 0 });

    private static string Text(object value) => (string)value;

    [GeneratedRegex(@"\{\{-? (?<inner>.*?) \}\}")]
    private static partial Regex Action();

    [GeneratedRegex("^required \"(?<message>[^\"]*)\" (?<path>\\S+)$")]
    private static partial Regex Required();
}

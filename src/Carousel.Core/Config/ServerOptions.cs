using System.Buffers;
using System.Globalization;

namespace Carousel.Core.Config;

/// <summary>Parses the options after the URL: <c>weight=3 max=200 backup drain name=blue</c>, in any order, each at most once.</summary>
internal sealed class ServerOptions(ListPart part, int line, List<ConfigError> errors)
{
    private const int MaxName = 64;

    private static readonly string[] Known = ["weight", "max", "backup", "drain", "name"];

    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");

    private readonly HashSet<string> _seen = [];

    public int Weight { get; private set; } = 1;

    public int? MaxRequests { get; private set; }

    public bool Backup { get; private set; }

    public bool Drain { get; private set; }

    /// <summary>Null if not given.</summary>
    public LineToken? Name { get; private set; }

    /// <summary>Parses one option; adds errors to the list.</summary>
    public void Take(LineToken token)
    {
        int equals = token.Text.IndexOf('=');
        string key = equals < 0 ? token.Text : token.Text[..equals];
        if (Array.IndexOf(Known, key) < 0)
        {
            Report(token.Column, Unknown(token.Text, key));
            return;
        }
        if (!_seen.Add(key))
        {
            Report(token.Column, $"\"{key}\" is given twice: give it once");
            return;
        }
        if (key is "backup" or "drain")
        {
            TakeWord(token, key, equals);
            return;
        }
        if (equals < 0 || equals == token.Text.Length - 1)
        {
            Report(token.Column, $"\"{key}\" needs a value, as in {Example(key)}");
            return;
        }
        TakeValue(key, new LineToken(token.Text[(equals + 1)..], token.Column + equals + 1));
    }

    private void TakeWord(LineToken token, string key, int equals)
    {
        if (equals >= 0)
        {
            Report(token.Column + equals, $"\"{key}\" takes no value: write {key} alone, or leave it out");
        }
        Backup |= key == "backup";
        Drain |= key == "drain";
    }

    private void TakeValue(string key, LineToken value)
    {
        switch (key)
        {
            case "weight":
                Weight = Number(value, "a weight", 0, ServerEntry.MaxWeight) ?? Weight;
                break;
            case "max":
                MaxRequests = Number(value, "a limit of requests", 1, ServerEntry.MaxRequestsLimit);
                break;
            case "name" when value.Text.Length > MaxName || value.Text.AsSpan().IndexOfAnyExcept(NameCharacters) >= 0:
                string allowed = $"letters, digits, \"-\", \"_\" and \".\", at most {MaxName}";
                Report(value.Column, $"expected a name of {allowed}, found {Quote.Of(value.Text)}");
                break;
            default:
                Name = value;
                break;
        }
    }

    private int? Number(LineToken value, string what, int min, int max)
    {
        if (int.TryParse(value.Text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= min && number <= max)
        {
            return number;
        }
        Report(value.Column, $"expected {what} between {min} and {max}, found {Quote.Of(value.Text)}");
        return null;
    }

    private void Report(int column, string message) => errors.Add(new ConfigError(line, column, message));

    private string Unknown(string text, string key)
    {
        if (text.Contains("://"))
        {
            return $"one server {part.OneEach}: move {Quote.Of(text)} to {part.OneEach} of its own";
        }
        string hint = Suggestion.For(key, Known) is { } word
            ? $"did you mean \"{word}\"?"
            : "known are weight=N, max=N, backup, drain and name=WORD";
        return $"unknown option {Quote.Of(key)}: {hint}";
    }

    private static string Example(string key) => key switch
    {
        "weight" => "weight=3",
        "max" => "max=200",
        _ => "name=blue",
    };
}

using System.CommandLine;

namespace Carousel.Cli;

/// <summary>A flag of the command line: its syntax, its description and the text of its default in --help.</summary>
internal abstract class Flag
{
    protected Flag(string name, string? alias, string? valueName, string description, string? defaultText)
    {
        Name = name;
        Alias = alias;
        ValueName = valueName;
        Description = description;
        DefaultText = defaultText;
        // Values are taken as text, any number of them, so that all error messages are written here.
        Option = new Option<string[]>(name, alias is null ? [] : [alias])
        {
            Arity = valueName is null ? ArgumentArity.Zero : ArgumentArity.ZeroOrMore,
            AllowMultipleArgumentsPerToken = false,
        };
    }

    public string Name { get; }

    public string? Alias { get; }

    /// <summary>Null if the flag takes no value.</summary>
    public string? ValueName { get; }

    public string Description { get; }

    /// <summary>Null if --help shows no default.</summary>
    public string? DefaultText { get; }

    public Option<string[]> Option { get; }

    /// <summary>Words offered for its value; empty if the value is free text.</summary>
    public virtual IReadOnlyList<string> Words => [];

    /// <summary>True if it was given.</summary>
    public bool IsGiven(ParseResult result) => result.GetResult(Option) is { Implicit: false };

    /// <summary>The values given, in their order.</summary>
    public IReadOnlyList<string> Texts(ParseResult result) => [.. result.GetResult(Option)?.Tokens.Select(token => token.Value) ?? []];
}

/// <summary>A flag without a value.</summary>
internal sealed class Switch(string name, string? alias, string description) : Flag(name, alias, null, description, null);

/// <summary>A flag with one value.</summary>
internal sealed class Flag<T>(string name, string? alias, string valueName, string description, string? defaultText, ValueReader<T> reader)
    : Flag(name, alias, valueName, description, defaultText)
{
    public override IReadOnlyList<string> Words => reader.Words;

    /// <summary>The value given, or <paramref name="fallback"/>; problems are added to the errors.</summary>
    public T Read(ParseResult result, T fallback, List<string> errors)
    {
        IReadOnlyList<string> texts = Texts(result);
        if (!IsGiven(result))
        {
            return fallback;
        }
        if (texts.Count != 1)
        {
            errors.Add(texts.Count == 0 ? $"{Name} needs a value: {reader.Expected}" : $"{Name} is given {texts.Count} times: give it once");
            return fallback;
        }
        if (reader.TryRead(texts[0], out T? value))
        {
            return value;
        }
        errors.Add(reader.Error(Name, texts[0]));
        return fallback;
    }
}

/// <summary>A flag that may be repeated, or given once with a comma-separated list.</summary>
internal sealed class ListFlag<T>(string name, string valueName, string description, string? defaultText, ValueReader<T> reader)
    : Flag(name, null, valueName, description, defaultText)
{
    /// <summary>The values given, each once; empty if none. Problems are added to the errors.</summary>
    public IReadOnlyList<T> Read(ParseResult result, List<string> errors)
    {
        IReadOnlyList<string> texts = Texts(result);
        if (IsGiven(result) && texts.Count == 0)
        {
            errors.Add($"{Name} needs a value: {reader.Expected}");
        }
        var values = new List<T>();
        foreach (string text in texts.SelectMany(list => list.Split(',', StringSplitOptions.TrimEntries)))
        {
            if (!reader.TryRead(text, out T? value))
            {
                errors.Add(reader.Error(Name, text));
            }
            else if (!values.Contains(value))
            {
                values.Add(value);
            }
        }
        return values;
    }
}

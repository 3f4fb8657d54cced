using System.CommandLine;
using System.CommandLine.Parsing;

namespace Carousel.Load.Cli;

/// <summary>Kinds of options that more than one command has.</summary>
internal static class Flags
{
    /// <summary>A number within a range.</summary>
    public static Option<int> Number(string name, string description, int standard, int least, int most)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => standard, HelpName = "N" };
        option.Validators.Add(result =>
        {
            string text = result.Tokens.FirstOrDefault()?.Value ?? $"{standard}";
            if (!int.TryParse(text, out int value) || value < least || value > most)
            {
                result.AddError($"{name}: expected a number from {least} to {most}");
            }
        });
        return option;
    }

    /// <summary>Some of these names, all by default; in their order, whatever the order they are given in.</summary>
    public static Option<string[]> Names(string name, string description, IReadOnlyList<string> known) => new(name)
    {
        Description = $"{description}, separated by commas: {string.Join(", ", known)}.",
        HelpName = "NAMES",
        DefaultValueFactory = _ => [.. known],
        CustomParser = result => ParseNames(result, name, known),
    };

    /// <summary>The value of an option where <c>--quick</c> has a default of its own: what was said wins over that.</summary>
    public static int Value(this ParseResult parsed, Option<int> option, bool quick, int whenQuick) =>
        quick && parsed.GetResult(option) is not { Implicit: false } ? whenQuick : parsed.GetValue(option);

    private static string[] ParseNames(ArgumentResult result, string name, IReadOnlyList<string> known)
    {
        string[] asked = result.Tokens
            .SelectMany(token => token.Value.Split(',', StringSplitOptions.RemoveEmptyEntries))
            .ToArray();
        foreach (string unknown in asked.Except(known))
        {
            result.AddError($"{name}: \"{unknown}\" is none of {string.Join(", ", known)}");
        }

        return [.. known.Intersect(asked)];
    }
}

using System.CommandLine;

namespace Carousel.Cli;

/// <summary>
/// What a flag needs beside it to do anything. One that was given and would do nothing is an error: whoever wrote it believes otherwise. Every flag has its entry, so that a
/// new one has to decide; a test holds the table against the list of flags.
/// </summary>
internal sealed class FlagRules
{
    private readonly Dictionary<Flag, List<Rule>> _rules = [];

    /// <summary>True if the table knows the flag.</summary>
    public bool Has(Flag flag) => _rules.ContainsKey(flag);

    /// <summary>What is wrong with the flags that were given; a line each. The first need that is not met is named, and no other.</summary>
    public IEnumerable<string> Broken(ParseResult result) =>
        _rules.Where(entry => entry.Key.IsGiven(result))
            .Select(entry => entry.Value.Find(rule => !rule.Holds(result))?.Error(entry.Key.Name)).OfType<string>();

    /// <summary>These do what they say, whatever else is given.</summary>
    public FlagRules Always(params IEnumerable<Flag> flags)
    {
        foreach (Flag flag in flags)
        {
            Of(flag);
        }
        return this;
    }

    /// <summary>These do nothing where something else was switched off.</summary>
    /// <param name="off">How that is written: <c>--health off</c>.</param>
    /// <param name="isOff">Whether it was.</param>
    /// <param name="flags">These.</param>
    public FlagRules NotWith(string off, Func<ParseResult, bool> isOff, params IEnumerable<Flag> flags) =>
        Add(new Rule(result => !isOff(result), flag => $"{flag} does nothing with {off}: leave one of them out"), flags);

    /// <summary>These do nothing unless something else is given.</summary>
    /// <param name="other">How that is written: <c>--policy hash</c>.</param>
    /// <param name="isThere">Whether it was.</param>
    /// <param name="flags">These.</param>
    public FlagRules OnlyWith(string other, Func<ParseResult, bool> isThere, params IEnumerable<Flag> flags) =>
        Add(new Rule(isThere, flag => $"{flag} does nothing without {other}: add that, or leave {flag} out"), flags);

    /// <summary>Something else that must be so.</summary>
    /// <param name="holds">Whether it is.</param>
    /// <param name="error">What is wrong if not, and what to do.</param>
    /// <param name="flag">For this one.</param>
    public FlagRules Only(Func<ParseResult, bool> holds, string error, Flag flag) => Add(new Rule(holds, _ => error), [flag]);

    private FlagRules Add(Rule rule, IEnumerable<Flag> flags)
    {
        foreach (Flag flag in flags)
        {
            Of(flag).Add(rule);
        }
        return this;
    }

    private List<Rule> Of(Flag flag)
    {
        if (!_rules.TryGetValue(flag, out List<Rule>? needs))
        {
            _rules.Add(flag, needs = []);
        }
        return needs;
    }

    private sealed record Rule(Func<ParseResult, bool> Holds, Func<string, string> Error);
}

using System.CommandLine;

namespace Carousel.Cli;

/// <summary>
/// Which other flags a flag requires or excludes. A flag that would have no effect is an error, since its user expects one. Every flag has an entry, so that a new flag has to
/// declare its rules; a test compares the table with the list of flags.
/// </summary>
internal sealed class FlagRules
{
    private readonly Dictionary<Flag, List<Rule>> _rules = [];

    /// <summary>True if the table has the flag.</summary>
    public bool Has(Flag flag) => _rules.ContainsKey(flag);

    /// <summary>The errors of the given flags, a line each. Only the first broken rule of a flag is reported.</summary>
    public IEnumerable<string> Broken(ParseResult result) =>
        _rules.Where(entry => entry.Key.IsGiven(result))
            .Select(entry => entry.Value.Find(rule => !rule.Holds(result))?.Error(entry.Key.Name)).OfType<string>();

    /// <summary>These flags have no rules.</summary>
    public FlagRules Always(params IEnumerable<Flag> flags)
    {
        foreach (Flag flag in flags)
        {
            Of(flag);
        }
        return this;
    }

    /// <summary>These flags have no effect when something is off.</summary>
    /// <param name="off">Its text in errors: <c>--health off</c>.</param>
    /// <param name="isOff">Whether it is off.</param>
    /// <param name="flags">The flags.</param>
    public FlagRules NotWith(string off, Func<ParseResult, bool> isOff, params IEnumerable<Flag> flags) =>
        Add(new Rule(result => !isOff(result), flag => $"{flag} has no effect with {off}: leave one of them out"), flags);

    /// <summary>These flags have no effect unless something else is given.</summary>
    /// <param name="other">Its text in errors: <c>--policy hash</c>.</param>
    /// <param name="isThere">Whether it is given.</param>
    /// <param name="flags">The flags.</param>
    public FlagRules OnlyWith(string other, Func<ParseResult, bool> isThere, params IEnumerable<Flag> flags) =>
        Add(new Rule(isThere, flag => $"{flag} has no effect without {other}: add that, or leave {flag} out"), flags);

    /// <summary>Another condition of a flag.</summary>
    /// <param name="holds">Whether it holds.</param>
    /// <param name="error">The error if not, with a remedy.</param>
    /// <param name="flag">The flag.</param>
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

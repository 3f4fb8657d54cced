using System.CommandLine;
using Carousel.Core.Policies;

namespace Carousel.Cli;

/// <summary>The flags of balancing (docs/POLICIES.md).</summary>
internal sealed class PolicyFlags
{
    private static readonly PolicyOptions Default = new();

    private static readonly ValueReader<string> Name = ValueReaders.Token("a name", 255);

    public Flag<PolicyKind> Policy { get; } = new("--policy", null, "WORD",
        "balancing policy: round-robin, weighted, least-requests, ewma, dynamic (shortest expected wait), hash (same key, same server), random",
        "round-robin; weighted if weights differ",
        ValueReaders.Choice(
            ("round-robin", PolicyKind.RoundRobin),
            ("weighted", PolicyKind.Weighted),
            ("least-requests", PolicyKind.LeastRequests),
            ("ewma", PolicyKind.Ewma),
            ("dynamic", PolicyKind.Dynamic),
            ("hash", PolicyKind.Hash),
            ("random", PolicyKind.Random)));

    public Flag<(HashBy By, string Name)> HashBy { get; } = new("--hash-by", null, "WHAT",
        "hash key of --policy hash: source (client address), url, cookie:NAME or header:NAME", "source",
        new ValueReader<(HashBy, string)>("source, url, cookie:NAME or header:NAME", TryHashBy) { Words = ["source", "url", "cookie:", "header:"] });

    /// <summary>All of them, in the order of --help.</summary>
    public IReadOnlyList<Flag> All => [Policy, HashBy];

    /// <summary>The options of the policy. Problems are added to the errors.</summary>
    public PolicyOptions Read(ParseResult result, List<string> errors)
    {
        PolicyKind kind = Policy.Read(result, Default.Kind, errors);
        (HashBy by, string name) = HashBy.Read(result, (Default.HashBy, Default.HashName), errors);
        return new PolicyOptions { Kind = kind, HashBy = by, HashName = name };
    }

    private static bool TryHashBy(string text, out (HashBy By, string Name) value)
    {
        int colon = text.IndexOf(':');
        string word = colon < 0 ? text : text[..colon];
        string name = colon < 0 ? "" : text[(colon + 1)..];
        (HashBy By, bool IsNamed)? known = word switch
        {
            "source" => (Core.Policies.HashBy.Source, false),
            "url" => (Core.Policies.HashBy.Url, false),
            "cookie" => (Core.Policies.HashBy.Cookie, true),
            "header" => (Core.Policies.HashBy.Header, true),
            _ => null,
        };
        value = (known?.By ?? default, name);
        return known is { IsNamed: var isNamed } && (isNamed ? Name.TryRead(name, out _) : colon < 0);
    }
}

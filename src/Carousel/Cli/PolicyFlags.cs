using System.CommandLine;
using Carousel.Core.Policies;

namespace Carousel.Cli;

/// <summary>The flags of balancing (docs/POLICIES.md).</summary>
internal sealed class PolicyFlags
{
    private static readonly PolicyOptions Default = new();

    public Flag<PolicyKind> Policy { get; } = new("--policy", null, "WORD",
        "how a server is chosen for a request: round-robin, weighted, least-requests or dynamic",
        "round-robin; weighted if weights differ",
        ValueReaders.Choice(
            ("round-robin", PolicyKind.RoundRobin),
            ("weighted", PolicyKind.Weighted),
            ("least-requests", PolicyKind.LeastRequests),
            ("dynamic", PolicyKind.Dynamic)));

    /// <summary>All of them, in a newcomer's order.</summary>
    public IReadOnlyList<Flag> All => [Policy];

    /// <summary>How servers are to be chosen. What is wrong goes to the errors.</summary>
    public PolicyOptions Read(ParseResult result, List<string> errors) => new() { Kind = Policy.Read(result, Default.Kind, errors) };
}

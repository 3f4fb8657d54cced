using System.Text.RegularExpressions;
using Carousel.Core.Policies;

namespace Carousel.Benchmarks.Simulation;

/// <summary>A policy that takes part.</summary>
/// <param name="Name">As <c>--policy</c> has it, or what it is elsewhere.</param>
/// <param name="Create">One for a balancer, given a seed of its own.</param>
internal sealed record Contestant(string Name, Func<int, Policy> Create);

internal static partial class Contestants
{
    /// <summary>What other balancers have in the place of <c>dynamic</c>.</summary>
    public static readonly string[] Peers = ["least-requests", "random(2)", "round-robin"];

    public const string Dynamic = "dynamic";

    /// <summary>
    /// All policies that choose by the servers: those that choose by the request (a hash) would only show how its keys are spread. What there is without a
    /// word is one of the others.
    /// </summary>
    public static IEnumerable<Contestant> All =>
    [
        .. Enum.GetValues<PolicyKind>().Where(kind => kind is not PolicyKind.Default && !$"{kind}".Contains("Hash", StringComparison.Ordinal))
            .Select(kind => new Contestant(NameOf(kind), seed => PolicyFactory.Create(new PolicyOptions { Kind = kind }, (ulong)seed))),
        new Contestant(Peers[1], seed => new TwoChoices(seed)),
    ];

    private static string NameOf(PolicyKind kind) => CapitalInside().Replace($"{kind}", "-$0").ToLowerInvariant();

    [GeneratedRegex("(?<=[a-z])[A-Z]")]
    private static partial Regex CapitalInside();
}

using System.Text.RegularExpressions;
using Carousel.Core.Policies;

namespace Carousel.Benchmarks.Simulation;

/// <summary>A policy to compare.</summary>
/// <param name="Name">Its name for <c>--policy</c>, or in other balancers.</param>
/// <param name="Create">Creates the policy of one balancer from a seed.</param>
internal sealed record Contestant(string Name, Func<int, Policy> Create);

internal static partial class Contestants
{
    /// <summary>Policies of other balancers that correspond to <c>dynamic</c>.</summary>
    public static readonly string[] Peers = ["least-requests", "random(2)", "round-robin"];

    public const string Dynamic = "dynamic";

    /// <summary>
    /// All policies that pick by the state of the servers. Hash policies pick by the request and would only show how keys are distributed. The default policy
    /// is one of the listed ones.
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

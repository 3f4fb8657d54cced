using Carousel.Core.Policies;
using Carousel.Core.Pools;

namespace Carousel.Control.Admin;

/// <summary>Names of policies.</summary>
internal static class PolicyText
{
    /// <summary>As a value of <c>--policy</c>; for the default, the policy it resolves to with these servers.</summary>
    public static string Name(PolicyOptions options, PoolSnapshot pool) => options.Kind switch
    {
        PolicyKind.Default => pool.Primary.AreEven ? "round-robin" : "weighted",
        PolicyKind.RoundRobin => "round-robin",
        PolicyKind.Weighted => "weighted",
        PolicyKind.LeastRequests => "least-requests",
        PolicyKind.Ewma => "ewma",
        PolicyKind.Dynamic => "dynamic",
        PolicyKind.Hash => "hash",
        PolicyKind.Random => "random",
        _ => throw new ArgumentOutOfRangeException(nameof(options), options.Kind, null),
    };
}

namespace Carousel.Core.Policies;

/// <summary>Creates policies: one instance for each worker and each kind of candidates.</summary>
public static class PolicyFactory
{
    /// <summary>Creates the policy.</summary>
    /// <param name="options">The policy's options.</param>
    /// <param name="seed">Seed of its random numbers: different for each, so that workers and replicas do not choose alike.</param>
    public static Policy Create(PolicyOptions options, ulong seed) => options.Kind switch
    {
        PolicyKind.Default => new DefaultPolicy(seed),
        PolicyKind.RoundRobin => new RoundRobin(),
        PolicyKind.Weighted => new Weighted(seed),
        PolicyKind.LeastRequests => new LeastRequests(),
        PolicyKind.Ewma => new Ewma(seed),
        PolicyKind.Dynamic => new Dynamic(seed),
        PolicyKind.Hash => new ConsistentHash(),
        PolicyKind.Random => new RandomChoice(seed),
        _ => throw new ArgumentOutOfRangeException(nameof(options), options.Kind, null),
    };
}

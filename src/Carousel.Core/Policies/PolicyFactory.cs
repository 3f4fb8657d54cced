namespace Carousel.Core.Policies;

/// <summary>Makes policies: a new one each time, since a policy belongs to one worker and one kind of candidates.</summary>
public static class PolicyFactory
{
    /// <summary>The policy of these options.</summary>
    /// <param name="options">Which one.</param>
    /// <param name="seed">Of its random numbers: another for each, so that workers and replicas don't all choose alike.</param>
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

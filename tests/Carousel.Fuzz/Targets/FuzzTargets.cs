namespace Carousel.Fuzz.Targets;

/// <summary>Checks the invariants for these bytes; throws <see cref="ViolationException"/> if one is violated.</summary>
internal delegate void FuzzTarget(ReadOnlySpan<byte> input);

/// <summary>All targets by name.</summary>
internal static class FuzzTargets
{
    public static IReadOnlyDictionary<string, FuzzTarget> All { get; } = new Dictionary<string, FuzzTarget>
    {
        ["request"] = RequestFuzz.Check,
        ["response"] = ResponseFuzz.Check,
        ["chunked"] = ChunkedFuzz.Check,
        ["rewrite"] = RewriteFuzz.Check,
    };
}

/// <summary>A violated invariant.</summary>
internal sealed class ViolationException(string message) : Exception(message)
{
    public static void ThrowUnless(bool holds, string what)
    {
        if (!holds)
        {
            throw new ViolationException(what);
        }
    }
}

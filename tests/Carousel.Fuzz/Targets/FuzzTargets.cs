namespace Carousel.Fuzz.Targets;

/// <summary>Checks what must hold for these bytes; throws <see cref="ViolationException"/> if it doesn't.</summary>
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

/// <summary>Something that must hold doesn't.</summary>
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

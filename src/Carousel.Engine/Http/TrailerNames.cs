namespace Carousel.Engine.Http;

/// <summary>
/// Names not allowed as trailers (RFC 9110 section 6.5.1): those of framing, routing, authentication and content format, because a
/// recipient that merges trailers into the head would treat them as the head's own, and the fields that servers trust.
/// </summary>
internal static class TrailerNames
{
    /// <summary>
    /// The fields known to <see cref="FieldName"/> that are not allowed: all except two. The balancer reads, removes or writes them in heads, and
    /// must not be evaded.
    /// </summary>
    public const ulong Known = ~(FieldSet.Other | FieldSet.Date | FieldSet.EndpointLoadMetrics);

    /// <summary>Length of the longest listed name.</summary>
    private const int MaxBytes = 16;

    /// <summary>Others that are not allowed, in lower case, and all that start with X-Session-.</summary>
    private static readonly byte[][] Listed =
    [
        [.. "content-encoding"u8], [.. "content-range"u8], [.. "content-type"u8], [.. "max-forwards"u8], [.. "set-cookie"u8], [.. "www-authenticate"u8],
    ];

    /// <summary>
    /// Returns true if a field that is <see cref="FieldName.Other"/> is not allowed, in this or another spelling (<see cref="ForwardingNames"/>).
    /// </summary>
    public static bool IsListed(ReadOnlySpan<byte> name)
    {
        Span<byte> buffer = stackalloc byte[MaxBytes];
        Span<byte> folded = buffer[..Math.Min(name.Length, MaxBytes)];
        ForwardingNames.Fold(name[..folded.Length], folded);
        if (folded.StartsWith("x-session-"u8))
        {
            return true;
        }
        foreach (byte[] listed in Listed)
        {
            if (folded.SequenceEqual(listed))
            {
                return name.Length == folded.Length;
            }
        }
        return false;
    }
}

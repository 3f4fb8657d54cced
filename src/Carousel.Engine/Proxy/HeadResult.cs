namespace Carousel.Engine.Proxy;

/// <summary>What came of an attempt to receive a head.</summary>
internal enum HeadResult : byte
{
    /// <summary>Nothing was received: waits for an event.</summary>
    Blocked,
    /// <summary>A part was received; more may be there.</summary>
    Partial,
    Complete,
    /// <summary>Malformed or too large.</summary>
    Rejected,
    /// <summary>The peer closed before a byte of it: between requests, the normal end of a connection.</summary>
    Closed,
    /// <summary>The peer closed within it.</summary>
    Truncated,
}

namespace Carousel.Engine.Http;

/// <summary>A parser's result.</summary>
internal enum ParseStatus : byte
{
    /// <summary>The message part is complete; its length is returned separately.</summary>
    Complete,

    /// <summary>No error so far: call again with the same bytes and more after them.</summary>
    NeedMore,

    /// <summary>The bytes are not a valid message; the reason is returned separately.</summary>
    Rejected,
}

/// <summary>Limits of a head, inclusive.</summary>
/// <param name="MaxBytes">At most 48 KiB, so that positions fit 16 bits.</param>
/// <param name="MaxFields">At most 1000; heads are made for at least as many.</param>
/// <param name="AllowsTrace">For requests: do not refuse TRACE.</param>
internal readonly record struct HeadLimits(int MaxBytes, int MaxFields, bool AllowsTrace = false);

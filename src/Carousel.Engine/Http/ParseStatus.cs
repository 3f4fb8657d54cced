namespace Carousel.Engine.Http;

/// <summary>What a parser says about the bytes it was shown.</summary>
internal enum ParseStatus : byte
{
    /// <summary>The message part is whole; how many bytes it took is told beside.</summary>
    Complete,

    /// <summary>Nothing wrong so far: show the same bytes again with more behind them.</summary>
    NeedMore,

    /// <summary>These bytes can't become a message; the reason is told beside.</summary>
    Rejected,
}

/// <summary>Bounds of a head; the numbers are inclusive.</summary>
/// <param name="MaxBytes">At most 48 KiB, so that positions fit 16 bits.</param>
/// <param name="MaxFields">At most 1000; the caller's field table is at least that long.</param>
/// <param name="AllowsTrace">Requests: TRACE is no reason to refuse one.</param>
internal readonly record struct HeadLimits(int MaxBytes, int MaxFields, bool AllowsTrace = false);

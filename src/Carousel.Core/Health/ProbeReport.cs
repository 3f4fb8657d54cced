namespace Carousel.Core.Health;

/// <summary>How the last probe of a server ended. Immutable.</summary>
/// <param name="At">When it ended.</param>
/// <param name="Took">How long it took.</param>
/// <param name="Result">What it gave.</param>
/// <param name="Text">The same for people: <c>HTTP 503 from /healthz</c>.</param>
/// <param name="InARow">So many probes ended well, or not, one after the other, this one included.</param>
/// <param name="GoodAt">When the last good one ended; null if none was.</param>
public sealed record ProbeReport(DateTimeOffset At, TimeSpan Took, ProbeResult Result, string Text, int InARow, DateTimeOffset? GoodAt)
{
    /// <summary>The report of a probe that came after this one.</summary>
    /// <param name="before">The report before; null for the first.</param>
    /// <param name="at">When it ended.</param>
    /// <param name="took">How long it took.</param>
    /// <param name="result">What it gave.</param>
    /// <param name="text">The same for people.</param>
    public static ProbeReport After(ProbeReport? before, DateTimeOffset at, TimeSpan took, ProbeResult result, string text) => new(
        at, took, result, text,
        before is not null && before.Result.IsGood == result.IsGood ? before.InARow + 1 : 1,
        result.IsGood ? at : before?.GoodAt);
}

namespace Carousel.Core.Health;

/// <summary>The result of a server's last probe. Immutable.</summary>
/// <param name="At">When it ended.</param>
/// <param name="Took">How long it took.</param>
/// <param name="Result">Its result.</param>
/// <param name="Text">The result as text: <c>HTTP 503 from /healthz</c>.</param>
/// <param name="InARow">Number of consecutive probes with this outcome (good or bad), this one included.</param>
/// <param name="GoodAt">When the last good probe ended; null if there was none.</param>
public sealed record ProbeReport(DateTimeOffset At, TimeSpan Took, ProbeResult Result, string Text, int InARow, DateTimeOffset? GoodAt)
{
    /// <summary>The report that follows <paramref name="before"/>.</summary>
    /// <param name="before">The previous report; null for the first.</param>
    /// <param name="at">When it ended.</param>
    /// <param name="took">How long it took.</param>
    /// <param name="result">Its result.</param>
    /// <param name="text">The result as text.</param>
    public static ProbeReport After(ProbeReport? before, DateTimeOffset at, TimeSpan took, ProbeResult result, string text) => new(
        at, took, result, text,
        before is not null && before.Result.IsGood == result.IsGood ? before.InARow + 1 : 1,
        result.IsGood ? at : before?.GoodAt);
}

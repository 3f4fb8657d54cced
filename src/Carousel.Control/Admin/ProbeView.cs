using Carousel.Control.Telemetry;
using Carousel.Core.Health;

namespace Carousel.Control.Admin;

/// <summary>Result of a server's last probe.</summary>
/// <param name="At">When it ended.</param>
/// <param name="Good">It succeeded.</param>
/// <param name="Reason"><c>good</c>, a code of docs/REASONS.md, <c>bad-status</c> or <c>bad-body</c>.</param>
/// <param name="Text">For people: <c>HTTP 503 from /healthz</c>.</param>
/// <param name="TookMs">Its duration.</param>
/// <param name="InARow">Number of consecutive probes with this result, good or bad.</param>
/// <param name="GoodAt">When the last good one ended; null if there was none.</param>
public sealed record ProbeView(DateTimeOffset At, bool Good, string Reason, string Text, double TookMs, int InARow, DateTimeOffset? GoodAt)
{
    /// <summary>Null for a server that was never probed.</summary>
    internal static ProbeView? Of(ProbeReport? report) => report is null ? null : new(
        report.At, report.Result.IsGood, StateReason.CodeOf(report.Result), report.Text, Math.Round(report.Took.TotalMilliseconds, 1), report.InARow, report.GoodAt);
}

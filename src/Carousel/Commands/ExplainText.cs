using System.Globalization;
using Carousel.Control.Admin;

namespace Carousel.Commands;

/// <summary>Explanations as text. Pure.</summary>
internal static class ExplainText
{
    private static readonly string[] ServerHeader = ["server", "state", "weight", "in flight", "share", "why"];
    private static readonly string[] AttemptHeader = ["attempt", "server", "began ms", "took ms", "connection", "outcome"];

    /// <summary>Which server a request would go to.</summary>
    public static string Of(ExplainView view)
    {
        string pick = view.Pick is { } name ? $"{view.Url} would go to {name}" : view.Among is "none" or "queue" ? $"{view.Url} would go to no server now" : $"{view.Url} would go to one of these";
        IEnumerable<string> lines =
        [
            $"{pick} (client {view.Client}, policy {view.Policy})", .. view.Why.Select(why => $"- {why}"), "",
            .. Plain.Table([ServerHeader, .. view.Candidates.Select(Row)]),
        ];
        return Joined(lines);
    }

    /// <summary>The outcome of a request.</summary>
    public static string Of(RequestView view)
    {
        string outcome = view.Reason is null ? "" : $" {view.Reason}: {view.Sentence}";
        string hidden = view.AttemptCount > view.Attempts.Count ? $", of which {view.Attempts.Count} are shown" : "";
        string[] lines =
        [
            $"{view.Method} {view.Target} of {view.Client} at {view.At.ToString("yyyy-MM-dd HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)}",
            $"{view.Status?.ToString(CultureInfo.InvariantCulture) ?? "no status"}{outcome}, after {Millis(view.TotalMs)} ms; {view.BytesIn} bytes in, {view.BytesOut} out; session: {view.Visit}",
            $"server found after {Millis(view.RoutedMs)} ms, connected after {Millis(view.ConnectedMs)} ms, response began after {Millis(view.FirstByteMs)} ms",
            $"{Count.Of(view.AttemptCount, "attempt")}{hidden}",
        ];
        return Joined(view.Attempts.Count == 0 ? lines : [.. lines, "", .. Plain.Table([AttemptHeader, .. view.Attempts.Select((attempt, i) => Row(view, attempt, i))])]);
    }

    private static string Joined(IEnumerable<string> lines) => string.Concat(lines.Select(line => Plain.Text(line) + "\n"));

    private static string[] Row(ExplainedServer server) =>
    [
        (server.IsEligible ? "* " : "  ") + server.Name, server.State, $"{server.Weight}", server.Max is { } max ? $"{server.InFlight}/{max}" : $"{server.InFlight}",
        server.Share is { } share ? $"{100 * share:0.#}%" : "-", server.Why,
    ];

    private static string[] Row(RequestView view, AttemptView attempt, int index)
    {
        // The last attempt shown is the last one made.
        int number = index == view.Attempts.Count - 1 ? view.AttemptCount : index + 1;
        return
        [
            $"{number}", attempt.Server, Millis(attempt.BeganMs), Millis(attempt.TookMs), attempt.Reused ? "kept" : "new",
            attempt.Reason is null ? "responded" : $"{attempt.Reason}: {attempt.Sentence}",
        ];
    }

    private static string Millis(double? value) => value?.ToString("0.0##", CultureInfo.InvariantCulture) ?? "-";
}

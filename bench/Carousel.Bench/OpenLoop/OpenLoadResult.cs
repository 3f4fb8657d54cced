using System.Globalization;

namespace Carousel.Bench.OpenLoop;

/// <summary>Milliseconds.</summary>
internal sealed record Percentiles(double P50, double P99, double P999, double Max);

/// <summary>What became of requests of one method.</summary>
/// <param name="Method">GET or POST.</param>
/// <param name="Count">How many.</param>
/// <param name="What"><c>ok</c>; a status with Carousel's reason; or <c>timeout</c>, <c>closed-unanswered</c>, <c>cut-short</c>, <c>connect-failed</c>.</param>
internal sealed record Outcome(string Method, long Count, string What)
{
    public bool IsError => What != "ok";
}

/// <summary>What the load generator saw.</summary>
internal sealed record OpenLoadResult
{
    public required long Gets { get; init; }

    public required long Posts { get; init; }

    /// <summary>GETs that were sent once more, as their kept connection had been closed without a response.</summary>
    public required long Resent { get; init; }

    /// <summary>Of the successful GETs, from when they were due.</summary>
    public required Percentiles Latency { get; init; }

    /// <summary>The same of those that were due in the second third of the time.</summary>
    public required Percentiles Middle { get; init; }

    /// <summary>How late requests were sent: a load that isn't on time measures itself.</summary>
    public required Percentiles Late { get; init; }

    public required IReadOnlyList<Outcome> Outcomes { get; init; }

    public long Requests => Gets + Posts;

    public long Errors(string method) => Outcomes.Where(outcome => outcome.Method == method && outcome.IsError).Sum(outcome => outcome.Count);

    /// <summary>Reads what the load generator wrote.</summary>
    public static OpenLoadResult Parse(string output)
    {
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')).ToList();
        double[] Numbers(string name) =>
            [.. lines.Single(words => words[0] == name).Skip(1).Select(word => double.Parse(word, CultureInfo.InvariantCulture))];
        return new OpenLoadResult
        {
            Gets = (long)Numbers("sent")[0],
            Posts = (long)Numbers("sent")[1],
            Resent = (long)Numbers("resent")[0],
            Latency = ToPercentiles(Numbers("latency")),
            Middle = ToPercentiles(Numbers("middle")),
            Late = ToPercentiles(Numbers("late")),
            Outcomes =
            [
                .. lines.Where(words => words[0] == "outcome").Select(words =>
                    new Outcome(words[1], long.Parse(words[2], CultureInfo.InvariantCulture), string.Join(' ', words[3..]))),
            ],
        };
    }

    private static Percentiles ToPercentiles(double[] micros) => new(micros[0] / 1e3, micros[1] / 1e3, micros[2] / 1e3, micros[3] / 1e3);
}

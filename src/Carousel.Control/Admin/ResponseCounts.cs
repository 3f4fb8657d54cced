using Carousel.Core.Telemetry;

namespace Carousel.Control.Admin;

/// <summary>Counts in the form of the API.</summary>
internal static class ResponseCounts
{
    /// <summary>Responses by class of status, <c>1xx</c> to <c>5xx</c>.</summary>
    public static IReadOnlyDictionary<string, long> ByClass(IEnumerable<IReadOnlyList<long>> counted)
    {
        var classes = Enumerable.Range(1, ServerCounters.Classes - 1).ToDictionary(i => $"{i}xx", _ => 0L);
        foreach (IReadOnlyList<long> one in counted)
        {
            for (int i = 1; i < ServerCounters.Classes; i++)
            {
                classes[$"{i}xx"] += one[i];
            }
        }
        return classes;
    }

    /// <summary>Failures by reason code; reasons that never occurred are omitted.</summary>
    public static IReadOnlyDictionary<string, long> ByReason(IReadOnlyList<long> counted) =>
        Enum.GetValues<FailureReason>().Where(reason => reason != FailureReason.None && counted[(int)reason] != 0)
            .ToDictionary(reason => reason.Describe().Name, reason => counted[(int)reason]);
}

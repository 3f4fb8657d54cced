using Carousel.Core.Config;
using Carousel.Core.Events;
using Carousel.Core.Telemetry;

namespace Carousel.Logging;

/// <summary>Log lines about ejected and recovered servers. Pure.</summary>
internal static class ServerLines
{
    /// <summary>The text after the server's name.</summary>
    public static string Of(in ServerNews news)
    {
        if (news.EjectedMs == 0)
        {
            return "is back: its trial succeeded";
        }
        string what = news.Reason == FailureReason.None ? $"status {news.Status}" : news.Reason.Describe().Name;
        string count = news.Requests != 0 ? $" ({news.Failures} of {news.Requests} requests failed)" : news.Failures > 1 ? $" x{news.Failures}" : "";
        return $"is ejected for {Durations.Format(TimeSpan.FromMilliseconds(news.EjectedMs))}: {what}{count}";
    }
}

using Carousel.Core.Config;
using Carousel.Core.Telemetry;

namespace Carousel;

/// <summary>Lines about servers that are ejected or back. Pure.</summary>
internal static class ServerLines
{
    /// <summary>The line of this news.</summary>
    public static string Of(in ServerNews news)
    {
        string server = $"server {news.Server.Entry.Label}";
        if (news.EjectedMs == 0)
        {
            return $"{server} is back: its trial went well";
        }
        string what = news.Reason == FailureReason.None ? $"status {news.Status}" : news.Reason.Describe().Name;
        string count = news.Requests != 0 ? $" ({news.Failures} of {news.Requests} requests failed)" : news.Failures > 1 ? $" x{news.Failures}" : "";
        return $"{server} is ejected for {Durations.Format(TimeSpan.FromMilliseconds(news.EjectedMs))}: {what}{count}";
    }
}

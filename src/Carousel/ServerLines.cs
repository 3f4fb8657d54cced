using Carousel.Core.Config;
using Carousel.Core.Telemetry;

namespace Carousel;

/// <summary>What there is to say of servers that are ejected or back. Pure.</summary>
internal static class ServerLines
{
    /// <summary>The rest of a line that begins with the server.</summary>
    public static string Of(in ServerNews news)
    {
        if (news.EjectedMs == 0)
        {
            return "is back: its trial went well";
        }
        string what = news.Reason == FailureReason.None ? $"status {news.Status}" : news.Reason.Describe().Name;
        string count = news.Requests != 0 ? $" ({news.Failures} of {news.Requests} requests failed)" : news.Failures > 1 ? $" x{news.Failures}" : "";
        return $"is ejected for {Durations.Format(TimeSpan.FromMilliseconds(news.EjectedMs))}: {what}{count}";
    }
}

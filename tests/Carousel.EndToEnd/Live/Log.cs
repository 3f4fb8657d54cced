using Carousel.EndToEnd.Harness;

namespace Carousel.EndToEnd.Live;

/// <summary>What a balancer says of its servers.txt.</summary>
internal static class Log
{
    /// <summary>Waits until it has said this.</summary>
    public static Task SaidAsync(this Balancer balancer, string what) =>
        Patience.UntilAsync(() => balancer.Errors.Contains(what), $"\"{what}\" in the log");

    /// <summary>How many lines about the file there are.</summary>
    public static int Reloads(this Balancer balancer) => balancer.Errors.Split('\n').Count(line => line.Contains($"info {balancer.File.Path}"));
}

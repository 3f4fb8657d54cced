using Carousel.EndToEnd.Harness;

namespace Carousel.EndToEnd.Live;

/// <summary>Log lines of a balancer about its servers.txt.</summary>
internal static class Log
{
    /// <summary>Waits until the log contains this text.</summary>
    public static Task UntilLoggedAsync(this Balancer balancer, string what) =>
        Deadlines.UntilAsync(() => balancer.Errors.Contains(what), $"\"{what}\" in the log");

    /// <summary>The number of log lines about the file.</summary>
    public static int Reloads(this Balancer balancer) => balancer.Errors.Split('\n').Count(line => line.Contains($"info {balancer.File.Path}"));
}

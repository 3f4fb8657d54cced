using System.Collections.Immutable;
using System.Net;
using Carousel.Cli;
using Carousel.Core.Pools;
using Carousel.Core.Servers;

namespace Carousel.Hosting;

/// <summary>The lines printed once the balancer runs. Pure.</summary>
internal static class Banner
{
    /// <summary>Most servers listed by name; the rest is counted.</summary>
    private const int MaxNamed = 5;

    /// <summary>The lines, each with a line feed.</summary>
    /// <param name="bind">The addresses that it listens on; empty for all.</param>
    /// <param name="port">The port.</param>
    /// <param name="workers">The number of workers.</param>
    /// <param name="pool">The servers.</param>
    /// <param name="dashboard">The dashboard's URL; null if there is none.</param>
    public static string Text(IReadOnlyList<IPAddress> bind, int port, int workers, PoolSnapshot pool, string? dashboard)
    {
        string where = bind.Count == 0 ? Where(IPAddress.IPv6Any, port) : string.Join(", ", bind.Select(address => Where(address, port)));
        string text = $"{ProductVersion.Line} listening on {where}, {Count(workers, "worker")}\n";
        text += $"balancing {Count(pool.Servers.Length, "server")}: {List(pool.Servers)}\n";
        ImmutableArray<Server> unresolved = [.. pool.Servers.Where(server => pool.EndPoints(server).IsEmpty)];
        if (!unresolved.IsEmpty)
        {
            text += $"{Count(unresolved.Length, "server")} down, the name does not resolve: {List(unresolved)}\n";
        }
        text += dashboard is null ? "" : $"dashboard: {dashboard}\n";
        return text + "Ctrl-C drains and stops\n";
    }

    /// <summary>The URL, and what a wildcard address means.</summary>
    private static string Where(IPAddress address, int port) =>
        Link.Of(address, port) + (Link.IsIPv4Wildcard(address) ? " (all IPv4 addresses)" : Link.IsWildcard(address) ? " (all addresses)" : "");

    private static string List(ImmutableArray<Server> servers)
    {
        string named = string.Join(", ", servers.Take(MaxNamed).Select(server => server.Entry.Label));
        return servers.Length <= MaxNamed ? named : $"{named} and {servers.Length - MaxNamed} more";
    }

    private static string Count(int number, string what) => number == 1 ? $"1 {what}" : $"{number} {what}s";
}

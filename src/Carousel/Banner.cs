using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Carousel.Cli;
using Carousel.Core.Pool;

namespace Carousel;

/// <summary>The few lines that tell that and how the balancer runs. Pure.</summary>
internal static class Banner
{
    /// <summary>More servers than this are counted only: the banner stays a few lines.</summary>
    private const int MaxNamed = 5;

    /// <summary>The lines, each ended.</summary>
    public static string Text(IReadOnlyList<IPAddress> bind, int port, int workers, PoolSnapshot pool)
    {
        string where = bind.Count == 0 ? $"http://0.0.0.0:{port} (all addresses)" : string.Join(", ", bind.Select(address => Url(address, port)));
        string text = $"{ProductVersion.Line} listening on {where}, {Count(workers, "worker")}\n";
        text += $"balancing {Count(pool.Servers.Length, "server")}: {List(pool.Servers)}\n";
        ImmutableArray<Server> unresolved = [.. pool.Servers.Where(server => pool.EndPoints(server).IsEmpty)];
        if (!unresolved.IsEmpty)
        {
            text += $"{Count(unresolved.Length, "server")} down, the name does not resolve: {List(unresolved)}\n";
        }
        return text + "Ctrl-C drains and stops\n";
    }

    private static string List(ImmutableArray<Server> servers)
    {
        string named = string.Join(", ", servers.Take(MaxNamed).Select(server => server.Entry.Label));
        return servers.Length <= MaxNamed ? named : $"{named} and {servers.Length - MaxNamed} more";
    }

    private static string Url(IPAddress address, int port) =>
        address.AddressFamily == AddressFamily.InterNetworkV6 ? $"http://[{address}]:{port}" : $"http://{address}:{port}";

    private static string Count(int number, string what) => number == 1 ? $"1 {what}" : $"{number} {what}s";
}

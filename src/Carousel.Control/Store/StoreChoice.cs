using System.Net;
using Carousel.Control.Store.Client;
using Carousel.Core.Config;

namespace Carousel.Control.Store;

/// <summary>Predicts which store will be used, as far as it can be known at startup.</summary>
public static class StoreChoice
{
    /// <summary>The kernel's list of Unix sockets (proc(5)).</summary>
    private const string NamedSockets = "/proc/net/unix";

    /// <summary>
    /// Why <c>auto</c> will not use the embedded store, and which flags to set instead. Null if it will, or may: another balancer's store on this machine
    /// is used as long as it runs, and then replaced by our own.
    /// </summary>
    public static string? OtherThanEmbedded(StoreAddress address)
    {
        if (address.Kind != StoreKind.Auto)
        {
            return null;
        }
        int port = address.Hosts[0].Port;
        (PortUser user, IPAddress at) = RedisProbe.AskAsync(port, CancellationToken.None).GetAwaiter().GetResult();
        return user != PortUser.Redis || IsEmbedded(File.Exists(NamedSockets) ? File.ReadAllText(NamedSockets) : "", new IPEndPoint(at, port)) ? null
            : $"a Redis is listening on localhost:{port} and --store auto uses it: omit --data, or set --store embedded:{port + 1}";
    }

    /// <summary>Whether an embedded store owns this end point: each binds an abstract socket named after it (Claims.cs of Carousel.Store).</summary>
    /// <param name="namedSockets">The kernel's list.</param>
    /// <param name="endPoint">The end point that responded.</param>
    internal static bool IsEmbedded(string namedSockets, IPEndPoint endPoint) =>
        namedSockets.Split('\n').Any(line => line.EndsWith($" @carousel-store {endPoint}", StringComparison.Ordinal));
}

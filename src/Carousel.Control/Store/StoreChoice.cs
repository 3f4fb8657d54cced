using System.Net;
using Carousel.Core.Config;

namespace Carousel.Control.Store;

/// <summary>Which store it will be, as far as that can be known at the start.</summary>
public static class StoreChoice
{
    /// <summary>Where the kernel lists the sockets that have names (proc(5)).</summary>
    private const string NamedSockets = "/proc/net/unix";

    /// <summary>
    /// Why <c>auto</c> will not use the embedded store, and what to write instead; null if it will, or may: a store of another balancer on this machine is used as long as it is there,
    /// and replaced by our own then.
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
            : $"a Redis answers on localhost:{port}, and --store auto takes it: leave --data out, or write --store embedded:{port + 1}";
    }

    /// <summary>Whether an embedded store has this end point: each claims a name for it (Claims.cs of Carousel.Store).</summary>
    /// <param name="namedSockets">What the kernel lists.</param>
    /// <param name="endPoint">Where something answers.</param>
    internal static bool IsEmbedded(string namedSockets, IPEndPoint endPoint) =>
        namedSockets.Split('\n').Any(line => line.EndsWith($" @carousel-store {endPoint}", StringComparison.Ordinal));
}

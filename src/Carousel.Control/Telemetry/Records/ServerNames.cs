using System.Text;
using Carousel.Core.Config;
using Carousel.Core.Pools;
using Carousel.Core.Servers;

namespace Carousel.Control.Telemetry;

/// <summary>Names of the servers in records, including recently removed servers. One thread at a time.</summary>
/// <param name="pool">The current servers.</param>
internal sealed class ServerNames(Pool pool)
{
    /// <summary>Beyond this number, names of removed servers are discarded.</summary>
    private const int MostLeft = 10_000;

    private readonly Dictionary<ulong, Known> _known = [];
    private PoolSnapshot? _seen;

    /// <summary>A server by its tag; the tag in hexadecimal if its name was discarded.</summary>
    public Known Of(ulong tag)
    {
        Follow();
        if (_known.TryGetValue(tag, out Known? known))
        {
            return known;
        }
        known = new Known(null, Encoding.ASCII.GetBytes($"{tag:x16}"));
        _known.Add(tag, known);
        return known;
    }

    /// <summary>A changed line may rename its server; it comes with a new snapshot.</summary>
    private void Follow()
    {
        PoolSnapshot now = pool.Current;
        if (ReferenceEquals(now, _seen))
        {
            return;
        }
        _seen = now;
        if (_known.Count > now.Servers.Length + MostLeft)
        {
            _known.Clear();
        }
        foreach (Server server in now.Servers)
        {
            if (!_known.TryGetValue(server.Tag, out Known? known) || !ReferenceEquals(known.Entry, server.Entry))
            {
                _known[server.Tag] = new Known(server.Entry, Encoding.UTF8.GetBytes(server.Entry.Name));
            }
        }
    }

    /// <summary>The last known data of a server.</summary>
    /// <param name="Entry">Its line; null if unknown.</param>
    /// <param name="Name">Its name in UTF-8.</param>
    public sealed record Known(ServerEntry? Entry, byte[] Name);
}

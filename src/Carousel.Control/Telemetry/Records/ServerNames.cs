using System.Text;
using Carousel.Core.Config;
using Carousel.Core.Pool;

namespace Carousel.Control.Telemetry;

/// <summary>What servers of records are called, those included that have left meanwhile. One thread at a time.</summary>
/// <param name="pool">The servers of now.</param>
internal sealed class ServerNames(ServerPool pool)
{
    /// <summary>Names of servers that have left are forgotten when there are more than this.</summary>
    private const int MostLeft = 10_000;

    private readonly Dictionary<ulong, Known> _known = [];
    private PoolSnapshot? _seen;

    /// <summary>A server by its tag; its tag in hexadecimal if it has left too long ago.</summary>
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

    /// <summary>A line that changed may name its server anew, and comes with a new snapshot.</summary>
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

    /// <summary>A server as it was last seen.</summary>
    /// <param name="Entry">Its line; null if it was never seen.</param>
    /// <param name="Name">Its name in UTF-8.</param>
    public sealed record Known(ServerEntry? Entry, byte[] Name);
}

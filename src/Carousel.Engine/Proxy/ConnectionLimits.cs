using System.Runtime.InteropServices;
using Carousel.Engine.Linux;

namespace Carousel.Engine.Proxy;

/// <summary>Whether a new connection may come in.</summary>
internal enum Admission : byte
{
    Granted,
    TooMany,
    TooManyFromClient,
    /// <summary>What descriptors are left is for the requests of those that are in.</summary>
    NoDescriptors,
}

/// <summary>
/// Counts connections over all workers: those of clients, and the descriptors that they and those to servers have together. Any thread; written once a connection,
/// not once a request.
/// </summary>
/// <param name="max">Client connections.</param>
/// <param name="maxPerClient">Of one client; 0 for no limit.</param>
/// <param name="maxSockets">Connections to clients and servers together: as many as there are descriptors for.</param>
internal sealed class ConnectionLimits(int max, int maxPerClient, int maxSockets = int.MaxValue)
{
    /// <summary>From here on descriptors are short: no client comes in, and what is idle is closed, before a request has to go without its server.</summary>
    private readonly int _shortFrom = maxSockets - Math.Clamp(maxSockets / 16, 1, 128);
    private int _sockets;

    private readonly Dictionary<UInt128, int>? _perClient = maxPerClient > 0 ? [] : null;
    private int _open;

    /// <summary>Client connections open now.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>Connections to clients and servers.</summary>
    public int Sockets => Volatile.Read(ref _sockets);

    /// <summary>Few descriptors are left.</summary>
    public bool IsShort => Sockets > _shortFrom;

    /// <summary>Counts a connection to a server in; false if there is no descriptor for it.</summary>
    public bool TryEnterServer()
    {
        if (Interlocked.Increment(ref _sockets) <= maxSockets)
        {
            return true;
        }
        LeaveServer();
        return false;
    }

    /// <summary>Counts a connection to a server out.</summary>
    public void LeaveServer() => Interlocked.Decrement(ref _sockets);

    /// <summary>Counts a client's connection in, unless a limit says no.</summary>
    public Admission Enter(in SockAddr peer)
    {
        if (Interlocked.Increment(ref _open) > max)
        {
            Interlocked.Decrement(ref _open);
            return Admission.TooMany;
        }
        if (Interlocked.Increment(ref _sockets) > _shortFrom)
        {
            CountOut();
            return Admission.NoDescriptors;
        }
        if (_perClient is null)
        {
            return Admission.Granted;
        }
        lock (_perClient)
        {
            ref int count = ref CollectionsMarshal.GetValueRefOrAddDefault(_perClient, Key(peer), out _);
            if (count < maxPerClient)
            {
                count++;
                return Admission.Granted;
            }
        }
        CountOut();
        return Admission.TooManyFromClient;
    }

    /// <summary>True if they count as one client.</summary>
    public static bool AreOneClient(in SockAddr one, in SockAddr other) => Key(one) == Key(other);

    /// <summary>Counts a client's connection out that was counted in.</summary>
    public void Leave(in SockAddr peer)
    {
        CountOut();
        if (_perClient is null)
        {
            return;
        }
        lock (_perClient)
        {
            UInt128 key = Key(peer);
            ref int count = ref CollectionsMarshal.GetValueRefOrNullRef(_perClient, key);
            if (--count == 0)
            {
                _perClient.Remove(key);
            }
        }
    }

    private void CountOut()
    {
        Interlocked.Decrement(ref _open);
        Interlocked.Decrement(ref _sockets);
    }

    /// <summary>An IPv4 address as it is; of an IPv6 one the /64, which is what one client commands.</summary>
    private static UInt128 Key(in SockAddr peer)
    {
        ReadOnlySpan<byte> address = peer.AddressBytes;
        return address.Length == 4
            ? MemoryMarshal.Read<uint>(address)
            : new UInt128(MemoryMarshal.Read<ulong>(address), ulong.MaxValue);
    }
}

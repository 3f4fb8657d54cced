using System.Runtime.InteropServices;
using Carousel.Core.Memory;
using Carousel.Engine.Linux;

namespace Carousel.Engine.Proxy;

/// <summary>Whether a new connection is admitted.</summary>
internal enum Admission : byte
{
    Granted,
    TooMany,
    TooManyFromClient,
    /// <summary>The remaining descriptors are reserved for the requests of admitted connections.</summary>
    NoDescriptors,
}

/// <summary>
/// Counts connections over all workers: those of clients, and the descriptors of client and server connections together. Any thread. Written once a
/// connection, not once a request.
/// </summary>
/// <param name="max">Client connections.</param>
/// <param name="maxPerClient">Connections of one client; 0 for no limit.</param>
/// <param name="maxSockets">Connections to clients and servers together: the number of available descriptors.</param>
internal sealed class ConnectionLimits(int max, int maxPerClient, int maxSockets = int.MaxValue)
{
    /// <summary>
    /// From here on descriptors are short: no client is admitted and idle connections are closed, before a request lacks a descriptor for its server.
    /// </summary>
    private readonly int _shortFrom = maxSockets - Math.Clamp(maxSockets / 16, 1, 128);

    private readonly Dictionary<UInt128, int>? _perClient = maxPerClient > 0 ? [] : null;
    private Written _written;

    /// <summary>Open client connections.</summary>
    public int Open => Volatile.Read(ref _written.Open);

    /// <summary>Open connections to clients and servers.</summary>
    public int Sockets => Volatile.Read(ref _written.Sockets);

    /// <summary>Few descriptors are left.</summary>
    public bool IsShort => Sockets > _shortFrom;

    /// <summary>Counts a new connection to a server; false if there is no descriptor for it.</summary>
    public bool TryEnterServer()
    {
        if (Interlocked.Increment(ref _written.Sockets) <= maxSockets)
        {
            return true;
        }
        LeaveServer();
        return false;
    }

    /// <summary>Removes a connection to a server from the count.</summary>
    public void LeaveServer() => Interlocked.Decrement(ref _written.Sockets);

    /// <summary>Counts a client's connection, unless a limit is reached.</summary>
    public Admission Enter(in SockAddr peer)
    {
        if (Interlocked.Increment(ref _written.Open) > max)
        {
            Interlocked.Decrement(ref _written.Open);
            return Admission.TooMany;
        }
        if (Interlocked.Increment(ref _written.Sockets) > _shortFrom)
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

    /// <summary>True if both addresses count as one client.</summary>
    public static bool AreOneClient(in SockAddr one, in SockAddr other) => Key(one) == Key(other);

    /// <summary>Removes a client's connection from the count.</summary>
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
        Interlocked.Decrement(ref _written.Open);
        Interlocked.Decrement(ref _written.Sockets);
    }

    /// <summary>An IPv4 address, or the /64 of an IPv6 address, which one client usually controls.</summary>
    private static UInt128 Key(in SockAddr peer)
    {
        ReadOnlySpan<byte> address = peer.AddressBytes;
        return address.Length == 4
            ? MemoryMarshal.Read<uint>(address)
            : new UInt128(MemoryMarshal.Read<ulong>(address), ulong.MaxValue);
    }

    /// <summary>On other cache lines than what every request reads: written once a connection.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 2 * CacheLines.Apart)]
    private struct Written
    {
        [FieldOffset(CacheLines.Apart)]
        public int Open;

        [FieldOffset(CacheLines.Apart + 4)]
        public int Sockets;
    }
}

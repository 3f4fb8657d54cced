using System.Runtime.InteropServices;
using Carousel.Engine.Linux;

namespace Carousel.Engine.Proxy;

/// <summary>Whether a new connection may come in.</summary>
internal enum Admission : byte
{
    Granted,
    TooMany,
    TooManyFromClient,
}

/// <summary>Counts client connections over all workers. Any thread.</summary>
internal sealed class ConnectionLimits(int max, int maxPerClient)
{
    private readonly Dictionary<UInt128, int>? _perClient = maxPerClient > 0 ? [] : null;
    private int _open;

    /// <summary>Client connections open now.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>Counts a connection in, unless a limit says no.</summary>
    public Admission Enter(in SockAddr peer)
    {
        if (Interlocked.Increment(ref _open) > max)
        {
            Interlocked.Decrement(ref _open);
            return Admission.TooMany;
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
        Interlocked.Decrement(ref _open);
        return Admission.TooManyFromClient;
    }

    /// <summary>Counts a connection out that was counted in.</summary>
    public void Leave(in SockAddr peer)
    {
        Interlocked.Decrement(ref _open);
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

    /// <summary>An IPv4 address as it is; of an IPv6 one the /64, which is what one client commands.</summary>
    private static UInt128 Key(in SockAddr peer)
    {
        ReadOnlySpan<byte> address = peer.AddressBytes;
        return address.Length == 4
            ? MemoryMarshal.Read<uint>(address)
            : new UInt128(MemoryMarshal.Read<ulong>(address), ulong.MaxValue);
    }
}

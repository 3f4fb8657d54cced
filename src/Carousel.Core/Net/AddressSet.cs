using System.Net;

namespace Carousel.Core.Net;

/// <summary>A set of networks. IPv4 addresses, also those written as IPv6, match IPv4 networks only. Immutable; lookups allocate nothing.</summary>
public sealed class AddressSet
{
    private const int Inet4Prefix = 96;

    private readonly Entry[] _networks;

    /// <summary>The set of these networks; empty for an empty list.</summary>
    public AddressSet(IReadOnlyList<IPNetwork> networks)
    {
        _networks = new Entry[networks.Count];
        Span<byte> bytes = stackalloc byte[16];
        for (int i = 0; i < _networks.Length; i++)
        {
            networks[i].BaseAddress.TryWriteBytes(bytes, out int length);
            int prefix = networks[i].PrefixLength + (length == 4 ? Inet4Prefix : 0);
            var first = ClientAddress.From(bytes[..length]);
            _networks[i] = new Entry(first.Bits, prefix == 0 ? 0 : UInt128.MaxValue << (128 - prefix), first.IsInet4 && prefix >= Inet4Prefix);
        }
    }

    /// <summary>True if no address is in the set.</summary>
    public bool IsEmpty => _networks.Length == 0;

    /// <summary>True if this address is in one of the networks.</summary>
    public bool Contains(ClientAddress address)
    {
        foreach (ref readonly Entry network in _networks.AsSpan())
        {
            if ((address.Bits & network.Mask) == network.First && address.IsInet4 == network.IsInet4)
            {
                return true;
            }
        }
        return false;
    }

    private readonly record struct Entry(UInt128 First, UInt128 Mask, bool IsInet4);
}

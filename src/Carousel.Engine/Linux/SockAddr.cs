using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Carousel.Engine.Linux;

/// <summary>A <c>sockaddr_in</c> or <c>sockaddr_in6</c>: family in host order, port and address in network order.</summary>
[InlineArray(Capacity)]
internal struct SockAddr
{
    public const int Capacity = 28;
    public const int Inet = 2;
    public const int Inet6 = 10;
    private const int InetLength = 16;
    private const int Inet4At = 4, Inet6At = 8, MappedInet4At = 20, ScopeAt = 24;

    private byte _first;

    public readonly int Family => MemoryMarshal.Read<ushort>(this);

    public readonly int Length => Family == Inet6 ? Capacity : InetLength;

    public readonly int Port => BinaryPrimitives.ReadUInt16BigEndian(((ReadOnlySpan<byte>)this)[2..]);

    /// <summary>The bytes of the address, 4 or 16. An IPv4-mapped IPv6 address (as a dual-stack listener reports it) has 4.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<byte> AddressBytes
    {
        get
        {
            ReadOnlySpan<byte> all = this;
            return Family == Inet ? all.Slice(Inet4At, 4) : IsMappedInet4 ? all.Slice(MappedInet4At, 4) : all.Slice(Inet6At, 16);
        }
    }

    private readonly bool IsMappedInet4
    {
        get
        {
            ReadOnlySpan<byte> address = ((ReadOnlySpan<byte>)this).Slice(Inet6At, 16);
            return address[..10].IndexOfAnyExcept((byte)0) < 0 && address[10] == 0xff && address[11] == 0xff;
        }
    }

    /// <summary>Creates the kernel's form of an address and a port.</summary>
    public static SockAddr From(IPAddress address, int port)
    {
        SockAddr made = default;
        Span<byte> bytes = made;
        Span<byte> written = stackalloc byte[16];
        address.TryWriteBytes(written, out int length);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[2..], (ushort)port);
        written[..length].CopyTo(bytes[(length == 4 ? Inet4At : Inet6At)..]);
        MemoryMarshal.Write(bytes, (ushort)(length == 4 ? Inet : Inet6));
        if (length == 16)
        {
            MemoryMarshal.Write(bytes[ScopeAt..], (uint)address.ScopeId);
        }
        return made;
    }
}

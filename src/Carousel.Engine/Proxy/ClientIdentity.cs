using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Carousel.Core.Net;
using Carousel.Engine.Linux;

namespace Carousel.Engine.Proxy;

/// <summary>Who the client of a connection is: its address, in the forms that are needed.</summary>
internal struct ClientIdentity
{
    private readonly SockAddr _peer;
    private TextOfAddress _text;
    private byte _textLength;

    /// <param name="peer">The connection's peer.</param>
    public ClientIdentity(in SockAddr peer) => _peer = peer;

    /// <summary>The address and port of the connection's peer.</summary>
    [UnscopedRef]
    public readonly ref readonly SockAddr Peer => ref _peer;

    /// <summary>The peer's address, as forwarded to servers. Valid after <see cref="Determine"/>, as are the next two.</summary>
    public ClientAddress Address { get; private set; }

    /// <summary><see cref="Address"/> as text.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<byte> AddressText => ((ReadOnlySpan<byte>)_text)[.._textLength];

    /// <summary>The peer is a trusted proxy (<c>--trusted-proxy</c>).</summary>
    public bool IsTrusted { get; private set; }

    /// <summary>Determines the address, if that is not done: at a connection's first request, since many connections have none.</summary>
    public void Determine(AddressSet trusted)
    {
        if (_textLength == 0)
        {
            Address = ClientAddress.From(_peer.AddressBytes);
            _textLength = (byte)Address.Format(_text);
            IsTrusted = trusted.Contains(Address);
        }
    }

    [InlineArray(ClientAddress.MaxText)]
    private struct TextOfAddress
    {
        private byte _first;
    }
}

using System.Net;
using System.Net.Sockets;
using Carousel.Engine.Linux;
using Carousel.Engine.Sockets;
using Carousel.Tests.Linux;
using Xunit;

namespace Carousel.Tests.Sockets;

/// <summary>The real system calls on loopback.</summary>
public sealed unsafe class TcpTransportTests
{
    private const int PatienceMs = 20_000;

    [Fact]
    public void SendAndReceive_MoveBytes()
    {
        using var pair = new Loopback();
        byte[] bytes = [1, 2, 3];
        fixed (byte* at = bytes)
        {
            Assert.Equal(3, pair.Transport.Send(pair.Near, at, 3));
            Assert.Equal(3, pair.Far.Receive(new byte[10]));
            Assert.Equal(-Errno.EAGAIN, pair.Transport.Receive(pair.Near, at, 3));
            pair.Far.Send([9]);
            Until(pair.Near, Readiness.Readable);
            Assert.Equal(1, pair.Transport.Receive(pair.Near, at, 3));
            Assert.Equal(9, bytes[0]);
        }
    }

    [Fact]
    public void Send_PeerDoesNotRead_IsPartialThenEagain()
    {
        using var pair = new Loopback();
        byte[] bytes = new byte[1 << 20];
        fixed (byte* at = bytes)
        {
            int sent, last = int.MaxValue;
            while ((sent = pair.Transport.Send(pair.Near, at, bytes.Length)) > 0)
            {
                last = sent;
            }
            Assert.Equal(-Errno.EAGAIN, sent);
            Assert.InRange(last, 1, bytes.Length);
        }
    }

    /// <summary>connect(2) returns EADDRNOTAVAIL both if all ports are in use and if there is no source address.</summary>
    [Fact]
    public void Connect_NoPortOrNoSourceAddress_ReturnsDifferentErrors() => OwnNetwork.Run(() =>
    {
        const int ports = 4;
        File.WriteAllText("/proc/sys/net/ipv4/ip_local_port_range", $"40000 {40000 + ports - 1}");
        Assert.True(OwnNetwork.Ip("addr del ::1/128 dev lo"));
        var transport = new TcpTransport();
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 3001));
        listener.Listen(ports);
        var open = new List<int>();
        for (int i = 0; i < ports; i++)
        {
            Assert.Equal(-Errno.EINPROGRESS, transport.Connect(SockAddr.From(IPAddress.Loopback, 3001), out int fd));
            open.Add(fd);
        }
        Assert.Equal(-Errno.EADDRNOTAVAIL, transport.Connect(SockAddr.From(IPAddress.Loopback, 3001), out int none));
        Assert.Equal(-1, none);
        Assert.Equal(-Errno.ENETUNREACH, transport.Connect(SockAddr.From(IPAddress.IPv6Loopback, 3001), out none));
        Assert.Equal(-1, none);
        Assert.Equal(-Errno.ENETUNREACH, transport.Connect(SockAddr.From(IPAddress.Parse("10.1.2.3"), 3001), out none));
        open.ForEach(transport.Close);
    });

    [Fact]
    public void Peek_NothingThenBytesThenEnd_ReturnsEach()
    {
        using var pair = new Loopback();
        Assert.Equal(-Errno.EAGAIN, pair.Transport.Peek(pair.Near));
        pair.Far.Send([1]);
        Until(pair.Near, Readiness.Readable);
        Assert.Equal(1, pair.Transport.Peek(pair.Near));
        byte one;
        Assert.Equal(1, pair.Transport.Receive(pair.Near, &one, 1));
        pair.Far.Shutdown(SocketShutdown.Send);
        Until(pair.Near, Readiness.PeerClosed);
        Assert.Equal(0, pair.Transport.Peek(pair.Near));
    }

    [Fact]
    public void Close_PeerSeesTheEnd()
    {
        using var pair = new Loopback();
        pair.Transport.Close(pair.Give());
        Assert.Equal(0, pair.Far.Receive(new byte[1]));
    }

    [Fact]
    public void Abort_PeerSeesAReset()
    {
        using var pair = new Loopback();
        pair.Transport.Abort(pair.Give());
        var error = Assert.Throws<SocketException>(() => pair.Far.Receive(new byte[1]));
        Assert.Equal(SocketError.ConnectionReset, error.SocketErrorCode);
    }

    [Fact]
    public void ShutdownSend_OtherDirectionStaysOpen()
    {
        using var pair = new Loopback();
        pair.Transport.ShutdownSend(pair.Near);
        Assert.Equal(0, pair.Far.Receive(new byte[1]));
        pair.Far.Send([5]);
        Until(pair.Near, Readiness.Readable);
        byte one;
        Assert.Equal(1, pair.Transport.Receive(pair.Near, &one, 1));
        Assert.Equal(-Errno.EPIPE, pair.Transport.Send(pair.Near, &one, 1));
    }

    [Fact]
    public void Connect_NoListener_IsRefused()
    {
        using var bound = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        bound.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var transport = new TcpTransport();
        int result = transport.Connect(SockAddr.From(IPAddress.Loopback, ((IPEndPoint)bound.LocalEndPoint!).Port), out int fd);
        if (result == -Errno.EINPROGRESS)
        {
            Until(fd, Readiness.Error);
            result = transport.ConnectResult(fd);
            transport.Close(fd);
        }
        else
        {
            Assert.Equal(-1, fd);
        }
        Assert.Equal(-Errno.ECONNREFUSED, result);
    }

    [Fact]
    public void Accept_Connection_ReturnsThePeer()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var transport = new TcpTransport();
        int listenerFd = (int)listener.Handle;
        Assert.Equal(-Errno.EAGAIN, transport.Accept(listenerFd, out _));
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(listener.LocalEndPoint!);
        int fd = transport.Accept(listenerFd, out SockAddr peer);
        Assert.True(fd >= 0);
        Assert.Equal(((IPEndPoint)client.LocalEndPoint!).Port, peer.Port);
        Assert.Equal(((IPEndPoint)listener.LocalEndPoint!).Port, transport.LocalAddress(fd).Port);
        Assert.Equal([127, 0, 0, 1], peer.AddressBytes.ToArray());
        transport.Close(fd);
    }

    [Fact]
    public void Splice_ThroughAPipe_MovesBytes()
    {
        using var from = new Loopback();
        using var to = new Loopback();
        using Pipe pipe = Pipe.TryOpen(1 << 16)!;
        Assert.Equal(-Errno.EAGAIN, from.Transport.Splice(from.Near, pipe.WriteEnd, 100));
        from.Far.Send("through"u8);
        Until(from.Near, Readiness.Readable);
        Assert.Equal(7, from.Transport.Splice(from.Near, pipe.WriteEnd, 100));
        Assert.Equal(7, to.Transport.Splice(pipe.ReadEnd, to.Near, 7));
        byte[] got = new byte[10];
        Assert.Equal("through"u8.ToArray(), got[..to.Far.Receive(got)]);
        from.Far.Shutdown(SocketShutdown.Send);
        Until(from.Near, Readiness.PeerClosed);
        Assert.Equal(0, from.Transport.Splice(from.Near, pipe.WriteEnd, 100));
    }

    private static void Until(int fd, Readiness wanted)
    {
        using var set = new EpollSet(1);
        Assert.Equal(0, set.Register(fd, wanted, 0));
        Assert.Equal(1, set.Wait(PatienceMs));
    }
}

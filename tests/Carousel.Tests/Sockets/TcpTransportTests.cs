using System.Net;
using System.Net.Sockets;
using Carousel.Engine.Linux;
using Carousel.Engine.Sockets;
using Carousel.Tests.Linux;
using Xunit;

namespace Carousel.Tests.Sockets;

/// <summary>The real system calls on loopback.</summary>
public sealed class TcpTransportTests
{
    private const int PatienceMs = 20_000;

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
        open.ForEach(fd => Libc.close(fd));
    });

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
            Libc.close(fd);
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
        Libc.close(fd);
    }

    private static void Until(int fd, Readiness wanted)
    {
        using var set = new EpollSet(1);
        Assert.Equal(0, set.Register(fd, wanted, 0));
        Assert.Equal(1, set.Wait(PatienceMs));
    }
}

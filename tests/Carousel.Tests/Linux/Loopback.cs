using System.Net;
using System.Net.Sockets;
using Carousel.Engine.Linux;
using Carousel.Engine.Sockets;
using Xunit;

namespace Carousel.Tests.Linux;

/// <summary>A real connection: the near end belongs to the engine, the far end to the test.</summary>
internal sealed class Loopback : IDisposable
{
    public Loopback()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        int port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        var transport = new TcpTransport();
        int result = transport.Connect(SockAddr.From(IPAddress.Loopback, port), out int near);
        Assert.True(result is 0 or -Errno.EINPROGRESS);
        Near = near;
        Far = listener.Accept();
        Far.NoDelay = true;
        Assert.Equal(0, transport.ConnectResult(near));
    }

    /// <summary>The engine's end, closed on dispose unless <see cref="Give"/> was called.</summary>
    public int Near { get; private set; }

    public Socket Far { get; }

    /// <summary>Passes the near end to the test, which closes it.</summary>
    public int Give()
    {
        int near = Near;
        Near = -1;
        return near;
    }

    public void Dispose()
    {
        if (Near >= 0)
        {
            Libc.close(Near);
        }
        Far.Dispose();
    }
}

using System.Net;
using System.Net.Sockets;
using System.Text;
using Carousel.Control.Probes;
using Carousel.Core.Config;
using Carousel.Core.Health;
using Carousel.Tests.Harness;
using Xunit;

namespace Carousel.Tests.Probes;

/// <summary>Pings over real sockets on loopback.</summary>
public sealed class SocketPingTests : IDisposable
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    private readonly ManualTime _time = new();
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public SocketPingTests() => _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));

    private IPEndPoint EndPoint => (IPEndPoint)_listener.LocalEndPoint!;

    public void Dispose() => _listener.Dispose();

    [Theory]
    [InlineData("HTTP/1.1 405 No\r\n")]
    [InlineData("")]
    public async Task PingAsync_AnyResponse_IsTrue(string response)
    {
        _listener.Listen();
        Task<bool> ping = PingAsync(Stop, EndPoint);
        using (Socket server = await _listener.AcceptAsync(Stop))
        {
            Assert.StartsWith("OPTIONS * HTTP/1.1\r\nHost: 10.0.0.1:8000\r\n", await ReadAsync(server));
            await server.SendAsync(Encoding.ASCII.GetBytes(response), Stop);
        }
        Assert.True(await ping);
    }

    /// <summary>It may be busy: there is no time limit.</summary>
    [Fact]
    public async Task PingAsync_LateResponse_WaitsOnTheSameConnection()
    {
        _listener.Listen();
        Task<bool> ping = PingAsync(Stop, EndPoint);
        using Socket server = await _listener.AcceptAsync(Stop);
        await ReadAsync(server);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.False(ping.IsCompleted);
        await server.SendAsync("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray(), Stop);
        Assert.True(await ping);
        Assert.False(_listener.Poll(0, SelectMode.SelectRead));
    }

    [Fact]
    public async Task PingAsync_NothingListens_IsFalse() => Assert.False(await PingAsync(Stop, EndPoint));

    [Fact]
    public async Task PingAsync_FirstAddressRefuses_NextIsTried()
    {
        using var closed = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        closed.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        Task<bool> ping = PingAsync(Stop, (IPEndPoint)closed.LocalEndPoint!, EndPoint);
        using Socket server = await _listener.AcceptAsync(Stop);
        await server.SendAsync("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray(), Stop);
        Assert.True(await ping);
    }

    [Fact]
    public async Task PingAsync_Stopped_IsCancelledAndItsConnectionEnds()
    {
        _listener.Listen();
        using var stop = new CancellationTokenSource();
        Task<bool> ping = PingAsync(stop.Token, EndPoint);
        using Socket server = await _listener.AcceptAsync(Stop);
        await ReadAsync(server);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ping);
        Assert.Equal(0, await server.ReceiveAsync(new byte[1], Stop));
    }

    private Task<bool> PingAsync(CancellationToken stop, params IPEndPoint[] endPoints) =>
        new SocketPing(new HealthOptions(), _time).PingAsync(TestPool.Servers(ServersParser.Parse("10.0.0.1:8000").Servers)[0], [.. endPoints], stop);

    private static async Task<string> ReadAsync(Socket socket)
    {
        byte[] buffer = new byte[1000];
        return Encoding.ASCII.GetString(buffer, 0, await socket.ReceiveAsync(buffer, Stop));
    }
}

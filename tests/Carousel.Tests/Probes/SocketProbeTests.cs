using System.Net;
using System.Net.Sockets;
using System.Text;
using Carousel.Control.Probes;
using Carousel.Core.Config;
using Carousel.Core.Health;
using Carousel.Core.Servers;
using Carousel.Tests.Harness;
using Carousel.Tests.Linux;
using Xunit;

namespace Carousel.Tests.Probes;

/// <summary>Probes over real sockets on loopback.</summary>
public sealed class SocketProbeTests : IDisposable
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    private readonly ManualTime _time = new();
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public SocketProbeTests() => _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));

    public void Dispose() => _listener.Dispose();

    private IPEndPoint EndPoint => (IPEndPoint)_listener.LocalEndPoint!;

    [Fact]
    public async Task ProbeAsync_Listening_IsGood()
    {
        _listener.Listen();
        Assert.Equal(ProbeResult.Good, await ProbeAsync(new HealthOptions(), EndPoint));
    }

    [Fact]
    public async Task ProbeAsync_NothingListens_IsRefused() => Assert.Equal("connect-refused", (await ProbeAsync(new HealthOptions(), EndPoint))?.Failure);

    [Fact]
    public async Task ProbeAsync_NoAddress_IsNoResult() => Assert.Null(await ProbeAsync(new HealthOptions()));

    [Fact]
    public async Task ProbeAsync_FirstAddressRefuses_NextIsTried()
    {
        using var closed = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        closed.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        Assert.Equal(ProbeResult.Good, await ProbeAsync(new HealthOptions(), (IPEndPoint)closed.LocalEndPoint!, EndPoint));
    }

    [Fact]
    public async Task ProbeAsync_FirstAddressIsSilent_NextIsTriedAfterADelayAndRemembered()
    {
        using Socket full = FullListener();
        _listener.Listen();
        Server server = Server();
        IPEndPoint[] endPoints = [(IPEndPoint)full.LocalEndPoint!, EndPoint];
        var probe = new SocketProbe(new HealthOptions(), _time);
        Task<ProbeResult?> first = probe.ProbeAsync(server, [.. endPoints], Stop);
        await Until(() => _time.Waits.Contains(TimeSpan.FromMilliseconds(AddressOrder.DelayMs)));
        Assert.False(first.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(AddressOrder.DelayMs));
        Assert.Equal(ProbeResult.Good, await first);
        Assert.Equal(EndPoint, server.WorkedLast);
        // The clock does not advance any more.
        Assert.Equal(ProbeResult.Good, await probe.ProbeAsync(server, [.. endPoints], Stop));
        await Until(() => _time.Waits.Length == 0);
    }

    [Fact]
    public async Task ProbeAsync_AddressesFailDifferently_AllAreListed()
    {
        using Socket full = FullListener();
        var options = new HealthOptions();
        Task<ProbeResult?> probe = new SocketProbe(options, _time).ProbeAsync(Server(), [EndPoint, (IPEndPoint)full.LocalEndPoint!], Stop);
        // The clock advances only after the first has failed and the next has begun.
        await Until(() => _time.Waits.Count(wait => wait == options.Timeout) == 2);
        _time.Advance(options.Timeout);
        Assert.Equal($"connect-refused at {EndPoint}, connect-timeout at {full.LocalEndPoint}", (await probe)?.Failure);
    }

    /// <summary>An unreachable address is the server's failure, a lack of local ports is not: the kernel has one error for both.</summary>
    [Fact]
    public void ProbeAsync_NoLocalPortOrNoRoute_AreDistinguished() => OwnNetwork.Run(() =>
    {
        File.WriteAllText("/proc/sys/net/ipv4/ip_local_port_range", "40000 40000");
        Assert.True(OwnNetwork.Ip("addr del ::1/128 dev lo"));
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 3001));
        listener.Listen();
        using var only = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        only.Connect(listener.LocalEndPoint!);
        // These attempts fail synchronously, on this thread, the only one in this network namespace.
        Assert.Null(Now(ProbeAsync(new HealthOptions(), (IPEndPoint)listener.LocalEndPoint!)));
        Assert.Equal("connect-failed", Now(ProbeAsync(new HealthOptions(), new IPEndPoint(IPAddress.IPv6Loopback, 3001)))?.Failure);

        static ProbeResult? Now(Task<ProbeResult?> probe) => probe.GetAwaiter().GetResult();
    });

    [Theory]
    [InlineData(null, "10.0.0.1:8000")]
    [InlineData("example.com", "example.com")]
    public async Task ProbeAsync_WithPath_SendsTheRequestAndReadsTheResponse(string? host, string expected)
    {
        _listener.Listen();
        Task<ProbeResult?> probe = ProbeAsync(new HealthOptions { Path = "/healthz?a=b", Host = host, Body = "ok" }, EndPoint);
        using Socket server = await _listener.AcceptAsync(Stop);
        Assert.Equal(
            $"GET /healthz?a=b HTTP/1.1\r\nHost: {expected}\r\nUser-Agent: carousel-health\r\nAccept: */*\r\nConnection: close\r\n\r\n",
            await ReadHeadAsync(server));
        await server.SendAsync("HTTP/1.1 200 OK\r\n"u8.ToArray(), Stop);
        await server.SendAsync("\r\nall "u8.ToArray(), Stop);
        await server.SendAsync("ok"u8.ToArray(), Stop);
        Assert.Equal(ProbeResult.Good, await probe);
        // The probe's connection is its own, and closes with it.
        Assert.Equal(0, await server.ReceiveAsync(new byte[1], Stop));
    }

    [Theory]
    [InlineData("", "server-closed")]
    [InlineData("HTTP/1.1 200 OK\r\n", "bad-answer")]
    [InlineData("HTTP/1.1 500 Oh\r\n\r\n", "status 500")]
    public async Task ProbeAsync_WithPathAndServerCloses_HasTheReason(string response, string expected)
    {
        _listener.Listen();
        Task<ProbeResult?> probe = ProbeAsync(new HealthOptions { Path = "/" }, EndPoint);
        using (Socket server = await _listener.AcceptAsync(Stop))
        {
            await ReadHeadAsync(server);
            await server.SendAsync(Encoding.ASCII.GetBytes(response), Stop);
        }
        Assert.Equal(expected, (await probe)?.Failure);
    }

    [Fact]
    public async Task ProbeAsync_EndlessResponse_IsJudgedByTheFirstBytes()
    {
        _listener.Listen();
        Task<ProbeResult?> probe = ProbeAsync(new HealthOptions { Path = "/", Body = "ok" }, EndPoint);
        using Socket server = await _listener.AcceptAsync(Stop);
        await ReadHeadAsync(server);
        await server.SendAsync("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray(), Stop);
        await server.SendAsync(new byte[ProbeResponse.MaxBytes], Stop);
        Assert.Equal("body does not match", (await probe)?.Failure);
    }

    [Fact]
    public async Task ProbeAsync_NoResponse_EndsAtTheTimeout()
    {
        _listener.Listen();
        var options = new HealthOptions { Path = "/" };
        Task<ProbeResult?> probe = ProbeAsync(options, EndPoint);
        using Socket server = await _listener.AcceptAsync(Stop);
        await ReadHeadAsync(server);
        Assert.False(probe.IsCompleted);
        _time.Advance(options.Timeout);
        Assert.Equal("answer-timeout", (await probe)?.Failure);
    }

    [Fact]
    public async Task ProbeAsync_Stopped_IsCancelled()
    {
        _listener.Listen();
        using var stop = new CancellationTokenSource();
        var probe = new SocketProbe(new HealthOptions { Path = "/" }, _time);
        Task<ProbeResult?> probing = probe.ProbeAsync(Server(), [EndPoint, EndPoint], stop.Token);
        using Socket server = await _listener.AcceptAsync(Stop);
        await ReadHeadAsync(server);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => probing);
    }

    /// <summary>Its accept queue is full, so the kernel drops further connects.</summary>
    private static Socket FullListener()
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(0);
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(listener.LocalEndPoint!);
        return listener;
    }

    private static async Task Until(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!condition())
        {
            await Task.Delay(1, deadline.Token);
        }
    }

    private static Server Server() => TestPool.Servers(ServersParser.Parse("10.0.0.1:8000").Servers)[0];

    private Task<ProbeResult?> ProbeAsync(HealthOptions options, params IPEndPoint[] endPoints) =>
        new SocketProbe(options, _time).ProbeAsync(Server(), [.. endPoints], Stop);

    private static async Task<string> ReadHeadAsync(Socket socket)
    {
        string head = "";
        byte[] buffer = new byte[1000];
        while (!head.EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            int length = await socket.ReceiveAsync(buffer, Stop);
            Assert.NotEqual(0, length);
            head += Encoding.ASCII.GetString(buffer, 0, length);
        }
        return head;
    }
}

using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Carousel.Core.Events;
using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Carousel.Engine;
using Carousel.Tests.Harness;
using Carousel.Tests.Ring;
using Xunit;

namespace Carousel.Tests.Engine;

/// <summary>
/// Real workers on real threads, with more concurrent requests than slots. A request that the queue misses would fail with queue-timeout.
/// </summary>
public sealed class QueueStressTests
{
    private static readonly byte[] Response = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"u8.ToArray();
    private static readonly int ResponseLength = Response.Length + "Date: Mon, 23 Nov 2026 16:20:00 GMT\r\nX-Request-Id: 0123456789abcdef\r\n".Length;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Workers_MoreRequestsThanSlots_AllAreServed(int servers)
    {
        const int clients = 16, rounds = 1_000, patienceMs = 20_000;
        LoopbackServer[] running = [.. Enumerable.Range(0, servers).Select(_ => new LoopbackServer(Response))];
        ImmutableArray<Server> pooled = [.. RingFixture.ServersOf(servers)];
        foreach (Server server in pooled)
        {
            server.Load.Max = 1;
        }
        var pool = TestPool.Of(PoolBuilder.Build(
            pooled, [.. running.Select(server => new ServerStatus([new IPEndPoint(IPAddress.Loopback, server.Port)], IsHealthy: true))]));
        var engine = new ProxyEngine(new EngineOptions { Bind = [IPAddress.Loopback], Port = 0, Workers = 2 }, pool, new FailureLog());
        engine.Start();
        Socket[] sockets = [.. Enumerable.Range(0, clients).Select(_ => Connect(engine.Port, patienceMs))];
        byte[] response = new byte[ResponseLength];
        for (int round = 0; round < rounds; round++)
        {
            foreach (Socket socket in sockets)
            {
                socket.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n"u8);
            }
            foreach (Socket socket in sockets)
            {
                for (int at = 0; at < response.Length;)
                {
                    int received = socket.Receive(response.AsSpan(at));
                    Assert.NotEqual(0, received);
                    at += received;
                }
                Assert.True(response.AsSpan().StartsWith("HTTP/1.1 200"u8), System.Text.Encoding.Latin1.GetString(response));
            }
        }
        Array.ForEach(sockets, socket => socket.Dispose());
        engine.Stop();
        engine.WaitForExit();
        Array.ForEach(running, server => server.Dispose());
        Assert.All(pooled, server => Assert.Equal(0, server.Load.InFlight));
    }

    private static Socket Connect(int port, int patienceMs)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = patienceMs };
        socket.Connect(IPAddress.Loopback, port);
        return socket;
    }
}

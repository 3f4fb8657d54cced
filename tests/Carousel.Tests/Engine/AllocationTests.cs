using System.Net;
using System.Net.Sockets;
using System.Text;
using Carousel.Core.Sessions;
using Carousel.Engine;
using Carousel.Tests.Sessions;
using Xunit;

namespace Carousel.Tests.Engine;

/// <summary>A worker's thread allocates nothing after warm-up, so garbage collections do not delay responses.</summary>
public sealed class AllocationTests
{
    private static readonly byte[] Response = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"u8.ToArray();

    /// <summary>The length of a rewritten response: with Date and X-Request-Id, without <c>Connection: close</c>.</summary>
    private static readonly int ResponseLength = Response.Length + "Date: Mon, 23 Nov 2026 16:20:00 GMT\r\nX-Request-Id: 0123456789abcdef\r\n".Length;

    [Fact]
    public void Worker_AMillionRequests_AllocatesNothing() => AssertNothingAllocated(warmUp: 100_000, measured: 1_000_000);

    /// <summary>Of eight concurrent requests, seven are queued.</summary>
    [Fact]
    public void Worker_QueuedRequests_AllocatesNothing() => AssertNothingAllocated(warmUp: 50_000, measured: 100_000, max: 1);

    [Fact]
    public void Worker_TracedRequests_AllocatesNothing() =>
        AssertNothingAllocated(warmUp: 50_000, measured: 100_000, options: new EngineOptions { TraceShare = 1 });

    private static void AssertNothingAllocated(int warmUp, int measured, int max = int.MaxValue, EngineOptions? options = null)
    {
        const int clients = 8, batch = 50;
        using var server = new LoopbackServer(Response);
        using var worker = new MeasuredWorker(server.Port, warmUp, warmUp + measured, max: max, options: options);
        byte[] requests = [.. Enumerable.Repeat("GET /some/path?q=1 HTTP/1.1\r\nHost: h\r\nUser-Agent: test\r\n\r\n"u8.ToArray(), batch).SelectMany(bytes => bytes)];
        Socket[] sockets = [.. Enumerable.Range(0, clients).Select(_ => Connect(worker.Port, IPAddress.Loopback))];
        byte[] responses = new byte[batch * ResponseLength];
        for (int sent = 0; sent < warmUp + measured; sent += clients * batch)
        {
            foreach (Socket socket in sockets)
            {
                socket.Send(requests);
            }
            foreach (Socket socket in sockets)
            {
                ReceiveAll(socket, responses);
            }
        }
        long allocated = worker.Finish();
        Array.ForEach(sockets, socket => socket.Dispose());
        Assert.Equal(0, allocated);
    }

    [Fact]
    public void Worker_ManyShortConnections_AllocatesNothing()
    {
        const int warmUp = 5_000, measured = 20_000, sources = 100;
        using var server = new LoopbackServer(Response);
        using var worker = new MeasuredWorker(server.Port, warmUp, warmUp + measured);
        byte[] response = new byte[ResponseLength + "Connection: close\r\n".Length];
        for (int i = 0; i < warmUp + measured; i++)
        {
            // Several source addresses, so that ports in TIME_WAIT do not run out.
            using Socket socket = Connect(worker.Port, new IPAddress([127, 0, 0, (byte)(1 + i % sources)]));
            socket.Send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"u8);
            ReceiveAll(socket, response);
            Assert.Equal(0, socket.Receive(response));
        }
        Assert.Equal(0, worker.Finish());
    }

    [Fact]
    public void Worker_KnownSessions_AllocatesNothing()
    {
        const int warmUp = 100_000, measured = 200_000, batch = 50;
        SessionChannel channel = Sessions();
        uint now = (uint)DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        byte[] requests = [.. Enumerable.Range(0, batch).SelectMany(session => Encoding.ASCII.GetBytes(
            $"GET / HTTP/1.1\r\nHost: h\r\nUser-Agent: test\r\nCookie: a=b; LB_SESSION={Cookie((ulong)session, now)}\r\n\r\n"))];
        Assert.Equal(0, Measure(channel, requests, batch, ResponseLength, warmUp, measured));
        Assert.Equal((warmUp + measured, 0), (channel.Counters[0].Returned, channel.Counters[0].Minted));
    }

    [Fact]
    public void Worker_NewSessions_AllocatesNothing()
    {
        const int warmUp = 20_000, measured = 20_000, batch = 50;
        SessionChannel channel = Sessions();
        byte[] requests = [.. Enumerable.Repeat("GET / HTTP/1.1\r\nHost: h\r\nUser-Agent: test\r\n\r\n"u8.ToArray(), batch).SelectMany(bytes => bytes)];
        int cookie = $"Set-Cookie: LB_SESSION={Cookie(1, 1)}; Path=/; HttpOnly; SameSite=Lax\r\nCache-Control: private\r\n".Length;
        Assert.Equal(0, Measure(channel, requests, batch, ResponseLength + cookie, warmUp, measured));
        Assert.Equal((warmUp + measured, 0), (channel.Counters[0].Minted, channel.Counters[0].Deferred));
    }

    /// <summary>
    /// Returns the bytes that the worker allocates while a client repeats these requests and a reader takes the store's updates.
    /// </summary>
    private static long Measure(SessionChannel channel, byte[] requests, int batch, int responseLength, int warmUp, int measured)
    {
        using var server = new LoopbackServer(Response);
        using var reader = new QueueReader(channel);
        using var worker = new MeasuredWorker(server.Port, warmUp, warmUp + measured, channel);
        using Socket socket = Connect(worker.Port, IPAddress.Loopback);
        byte[] responses = new byte[batch * responseLength];
        for (int sent = 0; sent < warmUp + measured; sent += batch)
        {
            socket.Send(requests);
            ReceiveAll(socket, responses);
        }
        long allocated = worker.Finish();
        Assert.NotEqual(0, reader.Read);
        return allocated;
    }

    private static SessionChannel Sessions() =>
        new(new SessionOptions { NewRecordsPerSecond = 1_000_000 }, SessionSamples.Keys(SessionSamples.Key()), workers: 1);

    private static string Cookie(ulong session, uint issuedAt) =>
        SessionSamples.Cookie(new SessionTicket(SessionSamples.Id(session), 1, issuedAt, SessionSamples.Key().Id), SessionSamples.Key());

    private static Socket Connect(int port, IPAddress from)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Bind(new IPEndPoint(from, 0));
        socket.Connect(IPAddress.Loopback, port);
        return socket;
    }

    private static void ReceiveAll(Socket socket, Span<byte> to)
    {
        while (!to.IsEmpty)
        {
            int received = socket.Receive(to);
            Assert.True(received > 0);
            to = to[received..];
        }
    }
}

using System.Net;
using System.Net.Sockets;
using Xunit;

namespace Carousel.Tests.Engine;

/// <summary>A worker's thread allocates nothing once it is warm: not the collector decides when an answer comes.</summary>
public sealed class AllocationTests
{
    private static readonly byte[] Answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"u8.ToArray();

    /// <summary>What the answer grows to: a Date, and <c>Connection: close</c> where it is asked for.</summary>
    private static readonly int AnswerLength = Answer.Length + "Date: Mon, 23 Nov 2026 16:20:00 GMT\r\n".Length;

    [Fact]
    public void Worker_AMillionRequests_AllocatesNothing()
    {
        const int warmUp = 100_000, measured = 1_000_000, clients = 8, batch = 50;
        using var server = new LoopbackServer(Answer);
        using var worker = new MeasuredWorker(server.Port, warmUp, warmUp + measured);
        byte[] requests = [.. Enumerable.Repeat("GET /some/path?q=1 HTTP/1.1\r\nHost: h\r\nUser-Agent: test\r\n\r\n"u8.ToArray(), batch).SelectMany(bytes => bytes)];
        Socket[] sockets = [.. Enumerable.Range(0, clients).Select(_ => Connect(worker.Port, IPAddress.Loopback))];
        byte[] answers = new byte[batch * AnswerLength];
        for (int sent = 0; sent < warmUp + measured; sent += clients * batch)
        {
            foreach (Socket socket in sockets)
            {
                socket.Send(requests);
            }
            foreach (Socket socket in sockets)
            {
                ReceiveAll(socket, answers);
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
        using var server = new LoopbackServer(Answer);
        using var worker = new MeasuredWorker(server.Port, warmUp, warmUp + measured);
        byte[] answer = new byte[AnswerLength + "Connection: close\r\n".Length];
        for (int i = 0; i < warmUp + measured; i++)
        {
            // Several addresses of our own, so that ports which wait for late packets are not missed.
            using Socket socket = Connect(worker.Port, new IPAddress([127, 0, 0, (byte)(1 + i % sources)]));
            socket.Send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"u8);
            ReceiveAll(socket, answer);
            Assert.Equal(0, socket.Receive(answer));
        }
        Assert.Equal(0, worker.Finish());
    }

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

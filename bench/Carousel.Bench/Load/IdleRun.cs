using System.Net;
using System.Net.Sockets;
using System.Text;
using Carousel.Bench.Peers;

namespace Carousel.Bench.Load;

/// <summary>What an idle keep-alive connection costs a fresh process in memory.</summary>
internal static class IdleRun
{
    /// <summary>Before "at rest" is read: what is allocated once shall not be divided among the connections.</summary>
    private const int WarmUpRequests = 2000;

    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(1);

    public static async Task<IdleSample> MeasureAsync(RunningPeer peer, int connections, int round, CancellationToken stop)
    {
        byte[] request = Encoding.ASCII.GetBytes($"GET /64 HTTP/1.1\r\nHost: 127.0.0.1:{peer.Port}\r\n\r\n");
        var clients = new List<Socket>(connections);
        try
        {
            using (var first = Connect(peer.Port))
            {
                for (int i = 0; i < WarmUpRequests; i++)
                {
                    Exchange(peer.Name, first, request);
                }
            }

            await Task.Delay(Settling, stop);
            var atRest = peer.Memory();
            for (int i = 0; i < connections; i++)
            {
                stop.ThrowIfCancellationRequested();
                clients.Add(Connect(peer.Port));
                Exchange(peer.Name, clients[i], request);
            }

            await Task.Delay(Settling, stop);
            var grown = peer.Memory() - atRest;

            // Nothing is owed to an idle client: one that can be read was closed by the peer.
            int lost = clients.Count(client => client.Poll(0, SelectMode.SelectRead));
            return new IdleSample(peer.Name, round, connections, atRest, grown / connections, lost);
        }
        finally
        {
            clients.ForEach(client => client.Dispose());
        }
    }

    private static Socket Connect(int port)
    {
        // Closed by a reset: thousands of ports in TIME_WAIT would be missing in the next round.
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
            ReceiveTimeout = 10_000,
            LingerState = new LingerOption(enable: true, seconds: 0),
        };
        socket.Connect(IPAddress.Loopback, port);
        return socket;
    }

    private static void Exchange(string peer, Socket client, byte[] request)
    {
        Span<byte> response = stackalloc byte[4096];
        client.Send(request);
        int have = 0;
        while (!IsWhole(response[..have]))
        {
            int received = client.Receive(response[have..]);
            if (received == 0)
            {
                throw new BenchException($"{peer} closed a connection that was to be kept");
            }

            have += received;
        }

        if (!response.StartsWith("HTTP/1.1 200 "u8))
        {
            throw new BenchException($"{peer} responded {Encoding.ASCII.GetString(response[..have])}");
        }
    }

    private static bool IsWhole(ReadOnlySpan<byte> response)
    {
        const int BodyLength = 64;
        int end = response.IndexOf("\r\n\r\n"u8);
        return end >= 0 && response.Length >= end + 4 + BodyLength;
    }
}

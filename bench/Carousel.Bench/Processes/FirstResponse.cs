using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Carousel.Bench.Processes;

/// <summary>Asks a server until it responds with 200.</summary>
internal static class FirstResponse
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Returns the time from <paramref name="started"/>, a <see cref="Stopwatch"/> timestamp, to the 200.</summary>
    /// <exception cref="BenchException">It ended, or gave no 200 in time.</exception>
    public static TimeSpan Wait(string name, Child child, int port, long started, CancellationToken stop)
    {
        byte[] request = Encoding.ASCII.GetBytes($"GET /64 HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n");
        while (Stopwatch.GetElapsedTime(started) < Patience)
        {
            stop.ThrowIfCancellationRequested();
            if (TryAsk(port, request))
            {
                return Stopwatch.GetElapsedTime(started);
            }

            if (child.HasExited)
            {
                throw new BenchException($"{name} ended with code {child.ExitCode} before it responded:\n{child.LastLines}");
            }
        }

        throw new BenchException($"{name} gave no 200 within {Patience.TotalSeconds:0} s:\n{child.LastLines}");
    }

    private static bool TryAsk(int port, byte[] request)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 1000 };
        using var connect = new SocketAsyncEventArgs { RemoteEndPoint = new IPEndPoint(IPAddress.Loopback, port) };
        using var done = new ManualResetEventSlim();
        connect.Completed += (_, _) => done.Set();
        if (socket.ConnectAsync(connect))
        {
            done.Wait();
        }

        // Connections are refused until it listens. The error is a value: an exception for each would slow the polling.
        if (connect.SocketError != SocketError.Success)
        {
            return false;
        }

        byte[] response = new byte[1024];
        try
        {
            socket.Send(request);
            int received = socket.Receive(response);
            return response.AsSpan(0, received).StartsWith("HTTP/1.1 200 "u8);
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

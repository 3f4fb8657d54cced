using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Carousel.Core.Health;
using Carousel.Core.Servers;
using Carousel.Core.Telemetry;

namespace Carousel.Control.Probes;

/// <summary>Probes a server once. Null if the cause of a failure is local, not the server.</summary>
/// <param name="server">The server.</param>
/// <param name="endPoints">Its addresses.</param>
/// <param name="stop">Ends the probe.</param>
public delegate Task<ProbeResult?> ProbeServer(Server server, ImmutableArray<IPEndPoint> endPoints, CancellationToken stop);

/// <summary>
/// Probes over a connection of its own: it must be accepted and, with <see cref="HealthOptions.Path"/>, a GET must get the expected response. Addresses
/// are tried in the way requests do (<see cref="ConnectRace"/>). Any thread, concurrently.
/// </summary>
public sealed class SocketProbe(HealthOptions options, TimeProvider time)
{
    /// <inheritdoc cref="ProbeServer"/>
    public async Task<ProbeResult?> ProbeAsync(Server server, ImmutableArray<IPEndPoint> endPoints, CancellationToken stop)
    {
        using var race = new ConnectRace(server, endPoints, options.Timeout, time);
        if (await race.RunAsync(stop).ConfigureAwait(false) is not { } connected)
        {
            return race.Result();
        }
        ProbeResult result = options.Path is null ? ProbeResult.Good : await AskAsync(connected.Socket, server, connected.Stop).ConfigureAwait(false);
        // Cancellation looks like a timeout to the running probe.
        stop.ThrowIfCancellationRequested();
        return result;
    }

    private async Task<ProbeResult> AskAsync(Socket socket, Server server, CancellationToken stop)
    {
        byte[] buffer = new byte[ProbeResponse.MaxBytes];
        int length = 0;
        try
        {
            await socket.SendAsync(Encoding.UTF8.GetBytes(Request(options, server)), stop).ConfigureAwait(false);
            while (true)
            {
                int received = await socket.ReceiveAsync(buffer.AsMemory(length), stop).ConfigureAwait(false);
                length += received;
                bool ended = received == 0 || length == buffer.Length;
                if (ProbeResponse.Evaluate(buffer.AsSpan(0, length), ended, options) is { } verdict)
                {
                    return verdict;
                }
            }
        }
        catch (OperationCanceledException)
        {
            return ProbeResult.Failed(FailureReason.AnswerTimeout);
        }
        catch (SocketException)
        {
            return ProbeResult.Failed(FailureReason.ServerClosed);
        }
    }

    internal static string Request(HealthOptions options, Server server) =>
        Head($"GET {options.Path}", options.Host ?? server.Entry.Address.ToString());

    /// <summary>A request head of the balancer's own; the connection closes after it.</summary>
    internal static string Head(string methodAndTarget, string host) =>
        $"{methodAndTarget} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: carousel-health\r\nAccept: */*\r\nConnection: close\r\n\r\n";
}

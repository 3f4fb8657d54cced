using System.Collections.Immutable;
using System.Net;
using Carousel.Core.Health;
using Carousel.Core.Servers;
using Carousel.Core.Telemetry;

namespace Carousel.Control.Probes;

/// <summary>
/// Connects to a server for a probe in the way requests do: addresses in <see cref="AddressOrder"/>, each started when the previous one has failed or
/// has not connected within a short delay (RFC 8305 section 5). The first to connect is used; the others are closed.
/// </summary>
/// <param name="server">The server; the address that worked is recorded on it.</param>
/// <param name="endPoints">Its addresses.</param>
/// <param name="timeout">For each address.</param>
/// <param name="time">The clock.</param>
internal sealed class ConnectRace(Server server, ImmutableArray<IPEndPoint> endPoints, TimeSpan timeout, TimeProvider time) : IDisposable
{
    private readonly List<ConnectAttempt> _attempts = [];

    /// <summary>The connected attempt; null if none connected, with the cause in <see cref="Result"/>.</summary>
    public async Task<ConnectAttempt?> RunAsync(CancellationToken stop)
    {
        var order = new AddressOrder(endPoints, server.WorkedLast);
        var delay = TimeSpan.FromMilliseconds(AddressOrder.Delay((long)timeout.TotalMilliseconds, Math.Max(1, endPoints.Length)));
        var running = new List<ConnectAttempt>();
        while (order.HasNext || running.Count > 0)
        {
            if (order.HasNext)
            {
                var next = new ConnectAttempt(order.Take(), timeout, time, stop);
                _attempts.Add(next);
                running.Add(next);
            }
            await WaitAsync(running, order.HasNext ? delay : Timeout.InfiniteTimeSpan).ConfigureAwait(false);
            // Cancellation makes running attempts fail like a timeout.
            stop.ThrowIfCancellationRequested();
            if (running.Find(attempt => attempt is { Ended.IsCompleted: true, Reason: FailureReason.None }) is { } winner)
            {
                if (endPoints.Length > 1)
                {
                    server.Worked(winner.EndPoint);
                }
                CloseAllBut(winner);
                return winner;
            }
            running.RemoveAll(attempt => attempt.Ended.IsCompleted);
        }
        return null;
    }

    /// <summary>
    /// The probe result when none connected. Null if it is no evidence about the server: it has no address, or local resources were exhausted. Addresses
    /// that failed in different ways are all listed.
    /// </summary>
    public ProbeResult? Result()
    {
        if (_attempts.Count == 0 || _attempts.Exists(attempt => attempt.Reason == FailureReason.OutOfResources))
        {
            return null;
        }
        FailureReason first = _attempts[0].Reason;
        return _attempts.TrueForAll(attempt => attempt.Reason == first)
            ? ProbeResult.Failed(first)
            : new ProbeResult(string.Join(", ", _attempts.Select(attempt => $"{attempt.Reason.Describe().Name} at {attempt.EndPoint}")));
    }

    public void Dispose()
    {
        _attempts.ForEach(attempt => attempt.Dispose());
        _attempts.Clear();
    }

    private void CloseAllBut(ConnectAttempt winner)
    {
        _attempts.Remove(winner);
        Dispose();
        _attempts.Add(winner);
    }

    private async Task WaitAsync(List<ConnectAttempt> running, TimeSpan atMost)
    {
        using var over = new CancellationTokenSource();
        await Task.WhenAny([.. running.Select(attempt => attempt.Ended), Task.Delay(atMost, time, over.Token)]).ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);
    }
}

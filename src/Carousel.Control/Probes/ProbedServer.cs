using System.Collections.Immutable;
using System.Net;
using Carousel.Core.Servers;

namespace Carousel.Control.Probes;

/// <summary>A server with its probe schedule. Its probe loop waits here; any thread may request a probe.</summary>
internal sealed class ProbedServer(Server server, ImmutableArray<IPEndPoint> endPoints)
{
    private volatile TaskCompletionSource _probeRequested = NewRequest();
    private ImmutableArray<IPEndPoint> _endPoints = endPoints;

    public Server Server => server;

    /// <summary>When a probe last let a request through although the server was suspect; used by its own loop only.</summary>
    public long TriedMs { get; set; } = long.MinValue / 2;

    /// <summary>Ends the current wait, or the next one.</summary>
    public void RequestProbe() => _probeRequested.TrySetResult();

    /// <summary>Sets its addresses: a new one ends the wait as a request does. One thread at a time.</summary>
    public void See(ImmutableArray<IPEndPoint> now)
    {
        if (_endPoints != now)
        {
            bool hasNew = now.Any(endPoint => !_endPoints.Contains(endPoint));
            _endPoints = now;
            if (hasNew)
            {
                _probeRequested.TrySetResult();
            }
        }
    }

    /// <summary>Waits until the next probe is due or requested.</summary>
    public async Task WaitAsync(TimeSpan time, TimeProvider clock, CancellationToken stop)
    {
        TaskCompletionSource probeRequested = _probeRequested;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        await Task.WhenAny(Task.Delay(time, clock, over.Token), probeRequested.Task).ConfigureAwait(false);
        if (probeRequested.Task.IsCompleted)
        {
            _probeRequested = NewRequest();
            await over.CancelAsync().ConfigureAwait(false);
        }
        stop.ThrowIfCancellationRequested();
    }

    private static TaskCompletionSource NewRequest() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

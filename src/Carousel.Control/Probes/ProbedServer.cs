using System.Collections.Immutable;
using System.Net;
using Carousel.Core.Pool;

namespace Carousel.Control.Probes;

/// <summary>A server on its schedule of probes. Its own loop waits here; any thread may doubt it.</summary>
internal sealed class ProbedServer(Server server, ImmutableArray<IPEndPoint> endPoints)
{
    private volatile TaskCompletionSource _probeRequested = NewRequest();
    private ImmutableArray<IPEndPoint> _endPoints = endPoints;

    public Server Server => server;

    /// <summary>When a probe's answer let a request through to it last, though it was suspect; its own loop's only.</summary>
    public long TriedMs { get; set; } = long.MinValue / 2;

    /// <summary>Ends the wait that is under way, or the next one.</summary>
    public void RequestProbe() => _probeRequested.TrySetResult();

    /// <summary>Its name gave these addresses: if there is a new one, the wait ends as with a doubt. One thread at a time.</summary>
    public void See(ImmutableArray<IPEndPoint> now)
    {
        if (_endPoints != now)
        {
            bool isNews = now.Any(endPoint => !_endPoints.Contains(endPoint));
            _endPoints = now;
            if (isNews)
            {
                _probeRequested.TrySetResult();
            }
        }
    }

    /// <summary>Waits until the next probe is due, or until it is doubted.</summary>
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

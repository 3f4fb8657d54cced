namespace Carousel.Control.Discovery;

/// <summary>A name with its lookup schedule. Its lookup loop waits here; any thread may request an earlier lookup, or stop it.</summary>
internal sealed class WatchedName(string host) : IDisposable
{
    /// <summary>Minimum time from the end of one lookup to the start of the next, however often lookups are requested.</summary>
    public static readonly TimeSpan LeastPause = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stop = new();
    private volatile TaskCompletionSource _requested = NewRequest();

    public string Host => host;

    /// <summary>Cancelled when lookups must stop.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>Ends the current wait, or the next one, once <see cref="LeastPause"/> has passed.</summary>
    public void LookUpSoon() => _requested.TrySetResult();

    /// <summary>Waits until the next lookup is due or requested. Requests made after it returns apply to the lookup after that.</summary>
    public async Task WaitAsync(TimeSpan time, TimeProvider clock)
    {
        long began = clock.GetTimestamp();
        using (var over = CancellationTokenSource.CreateLinkedTokenSource(Stop))
        {
            Task due = Task.Delay(time, clock, over.Token);
            if (await Task.WhenAny(due, _requested.Task).ConfigureAwait(false) != due)
            {
                await over.CancelAsync().ConfigureAwait(false);
                TimeSpan left = LeastPause - clock.GetElapsedTime(began);
                if (left > TimeSpan.Zero)
                {
                    await Task.Delay(left, clock, Stop).ConfigureAwait(false);
                }
            }
        }
        Stop.ThrowIfCancellationRequested();
        _requested = NewRequest();
    }

    /// <summary>Stops its lookups; callbacks run on another thread, since this one may be publishing.</summary>
    public void Dispose() => _ = _stop.CancelAsync();

    private static TaskCompletionSource NewRequest() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

namespace Carousel.Control.Discovery;

/// <summary>A name on its schedule of lookups. Its own loop waits here; any thread may want it looked up sooner, or no more.</summary>
internal sealed class WatchedName(string host) : IDisposable
{
    /// <summary>From the end of one lookup to the beginning of the next, at least: whatever fails, and however often.</summary>
    public static readonly TimeSpan LeastPause = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stop = new();
    private volatile TaskCompletionSource _wanted = NewWish();

    public string Host => host;

    /// <summary>Its lookups are to end.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>Ends the wait that is under way, or the next one, as soon as <see cref="LeastPause"/> is over.</summary>
    public void LookUpSoon() => _wanted.TrySetResult();

    /// <summary>Waits until the next lookup is due, or one is wanted. What is wanted from then on is a lookup after that one.</summary>
    public async Task WaitAsync(TimeSpan time, TimeProvider clock)
    {
        long began = clock.GetTimestamp();
        using (var over = CancellationTokenSource.CreateLinkedTokenSource(Stop))
        {
            Task due = Task.Delay(time, clock, over.Token);
            if (await Task.WhenAny(due, _wanted.Task).ConfigureAwait(false) != due)
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
        _wanted = NewWish();
    }

    /// <summary>Ends its lookups; callbacks run elsewhere, since this thread may be publishing.</summary>
    public void Dispose() => _ = _stop.CancelAsync();

    private static TaskCompletionSource NewWish() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

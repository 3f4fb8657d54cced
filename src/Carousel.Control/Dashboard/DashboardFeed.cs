using System.Text;
using System.Text.Json;
using Carousel.Control.Supervision;
using Carousel.Core.Telemetry;

namespace Carousel.Control.Dashboard;

/// <summary>
/// Tells whoever watches what there is to see, as server-sent events (WHATWG HTML, 9.2): <c>pool</c>, <c>events</c> and <c>frame</c>, JSON each. One sampler
/// serves all who watch, and is there only as long as somebody does. Each frame is whole, so one who takes them slowly just gets fewer.
/// </summary>
public sealed class DashboardFeed(DashboardSource source)
{
    /// <summary>Between two frames.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>More than this are sent away: a third of the requests that the admin side serves at once, and all health checks, are for others.</summary>
    public const int MaxWatchers = 32;

    private readonly Lock _gate = new();
    private int _watchers;
    private bool _isSampling;
    private FeedUpdate? _now;
    private TaskCompletionSource _next = NewSource();

    /// <summary>How many watch now.</summary>
    public int Watchers
    {
        get
        {
            lock (_gate)
            {
                return _watchers;
            }
        }
    }

    /// <summary>Takes a place for one more; false if there is none. <see cref="WatchAsync"/> gives it back.</summary>
    public bool TryEnter()
    {
        lock (_gate)
        {
            if (_watchers == MaxWatchers)
            {
                return false;
            }
            _watchers++;
            if (!_isSampling)
            {
                _isSampling = true;
                _ = Supervisor.OfProcess.Run("dashboard", SampleAsync, source.Time, CancellationToken.None);
            }
            return true;
        }
    }

    /// <summary>Writes until it is told to end, or the other side takes no more. After <see cref="TryEnter"/>.</summary>
    /// <param name="to">Where the events go: whoever reads there slowly holds up nobody else.</param>
    /// <param name="stop">Ends it, as an ordinary end.</param>
    public async Task WatchAsync(Stream to, CancellationToken stop)
    {
        try
        {
            long pool = 0, frame = 0, events = -1;
            while (!stop.IsCancellationRequested)
            {
                FeedUpdate now = await AfterAsync(frame).WaitAsync(stop).ConfigureAwait(false);
                if (now.Pool != pool)
                {
                    await to.WriteAsync(now.PoolText, stop).ConfigureAwait(false);
                }
                IReadOnlyList<LoggedEvent> news = source.Events.After(events);
                if (news.Count != 0 || events < 0)
                {
                    await to.WriteAsync(EventsText(news), stop).ConfigureAwait(false);
                }
                await to.WriteAsync(now.FrameText, stop).ConfigureAwait(false);
                await to.FlushAsync(stop).ConfigureAwait(false);
                (pool, frame, events) = (now.Pool, now.Frame, news.Count != 0 ? news[^1].Number : Math.Max(0, events));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The end.
        }
        finally
        {
            Leave();
        }
    }

    private void Leave()
    {
        lock (_gate)
        {
            _watchers--;
        }
    }

    /// <summary>The newest moment, once it is another than this frame's.</summary>
    private async Task<FeedUpdate> AfterAsync(long frame)
    {
        while (true)
        {
            Task next;
            lock (_gate)
            {
                if (_now is { } now && now.Frame != frame)
                {
                    return now;
                }
                next = _next.Task;
            }
            await next.ConfigureAwait(false);
        }
    }

    private async Task SampleAsync()
    {
        try
        {
            var sampler = new DashboardSampler(source);
            while (TryPublish(UpdateOf(sampler)))
            {
                await Task.Delay(Pause, source.Time).ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            // A defect: better a connection that ends than one on which nothing comes any more. It is sampled again, if somebody is still there, as for any loop.
            Publish(null, isSampling: true).TrySetException(e);
            throw;
        }
    }

    /// <summary>False if nobody watches any more: the next to come begins anew.</summary>
    private bool TryPublish(FeedUpdate update)
    {
        lock (_gate)
        {
            if (_watchers == 0)
            {
                (_now, _isSampling) = (null, false);
                return false;
            }
        }
        Publish(update, isSampling: true).SetResult();
        return true;
    }

    /// <summary>Gives what those who wait are to be told by.</summary>
    private TaskCompletionSource Publish(FeedUpdate? update, bool isSampling)
    {
        lock (_gate)
        {
            TaskCompletionSource waiting = _next;
            (_now, _isSampling, _next) = (update, isSampling, NewSource());
            return waiting;
        }
    }

    private FeedUpdate UpdateOf(DashboardSampler sampler)
    {
        DashboardFrame frame = sampler.Next();
        DashboardPool pool = sampler.Pool;
        byte[] poolText = _now is { } before && before.Pool == pool.Version
            ? before.PoolText
            : Text("pool", JsonSerializer.SerializeToUtf8Bytes(pool, DashboardJson.Default.DashboardPool));
        return new FeedUpdate(frame.Number, pool.Version, poolText, Text("frame", JsonSerializer.SerializeToUtf8Bytes(frame, DashboardJson.Default.DashboardFrame)));
    }

    private static byte[] EventsText(IReadOnlyList<LoggedEvent> events) =>
        Text("events", JsonSerializer.SerializeToUtf8Bytes([.. events.Select(EventFrame.Of)], DashboardJson.Default.EventFrameArray));

    private static byte[] Text(string name, byte[] json) => [.. Encoding.ASCII.GetBytes($"event: {name}\ndata: "), .. json, (byte)'\n', (byte)'\n'];

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>A frame, and what goes before it if the other side has another pool.</summary>
    private sealed record FeedUpdate(long Frame, long Pool, byte[] PoolText, byte[] FrameText);
}

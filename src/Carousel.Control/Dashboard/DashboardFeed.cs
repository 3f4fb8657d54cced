using System.Text;
using System.Text.Json;
using Carousel.Control.Supervision;
using Carousel.Core.Events;

namespace Carousel.Control.Dashboard;

/// <summary>
/// Sends the dashboard's data as server-sent events (WHATWG HTML, 9.2): <c>pool</c>, <c>events</c> and <c>frame</c>, each JSON. One sampler serves all
/// clients and runs only while there is one. Each frame is complete, so a slow client receives fewer frames.
/// </summary>
public sealed class DashboardFeed(DashboardSource source)
{
    /// <summary>Interval between frames.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Client limit: a third of the concurrent requests of the admin server. The rest is reserved for other calls and health checks.</summary>
    public const int MaxWatchers = 32;

    private readonly Lock _gate = new();
    private int _watchers;
    private bool _isSampling;
    private FeedUpdate? _now;
    private TaskCompletionSource _next = NewSource();

    /// <summary>Number of connected clients.</summary>
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

    /// <summary>Reserves a slot; false if none is free. <see cref="WatchAsync"/> releases it.</summary>
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

    /// <summary>Writes events until stopped or until the client disconnects. Call after <see cref="TryEnter"/>.</summary>
    /// <param name="to">The event stream; a slow reader does not delay others.</param>
    /// <param name="stop">Stops it without an error.</param>
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
                IReadOnlyList<LoggedEvent> updates = source.Events.After(events);
                if (updates.Count != 0 || events < 0)
                {
                    await to.WriteAsync(EventsText(updates), stop).ConfigureAwait(false);
                }
                await to.WriteAsync(now.FrameText, stop).ConfigureAwait(false);
                await to.FlushAsync(stop).ConfigureAwait(false);
                (pool, frame, events) = (now.Pool, now.Frame, updates.Count != 0 ? updates[^1].Number : Math.Max(0, events));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The client disconnected, or it was stopped.
        }
        finally
        {
            Exit();
        }
    }

    private void Exit()
    {
        lock (_gate)
        {
            _watchers--;
        }
    }

    /// <summary>The current update, once it is newer than this frame.</summary>
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
            using var sampler = new DashboardSampler(source);
            while (TryPublish(UpdateOf(sampler)))
            {
                await Task.Delay(Pause, source.Time).ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            // A defect: end the connections rather than leave them silent. The supervisor restarts sampling if there are clients.
            Publish(null, isSampling: true).TrySetException(e);
            throw;
        }
    }

    /// <summary>False if there are no clients left: the next client starts a new sampler.</summary>
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

    /// <summary>Replaces the update; returns the completion source that waiting clients are notified by.</summary>
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
        DashboardPool pool = sampler.Facts;
        byte[] poolText = _now is { } before && before.Pool == pool.Version
            ? before.PoolText
            : Text("pool", JsonSerializer.SerializeToUtf8Bytes(pool, DashboardJson.Default.DashboardPool));
        return new FeedUpdate(frame.Number, pool.Version, poolText, Text("frame", JsonSerializer.SerializeToUtf8Bytes(frame, DashboardJson.Default.DashboardFrame)));
    }

    private static byte[] EventsText(IReadOnlyList<LoggedEvent> events) =>
        Text("events", JsonSerializer.SerializeToUtf8Bytes([.. events.Select(EventFrame.Of)], DashboardJson.Default.EventFrameArray));

    private static byte[] Text(string name, byte[] json) => [.. Encoding.ASCII.GetBytes($"event: {name}\ndata: "), .. json, (byte)'\n', (byte)'\n'];

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>A frame, and the pool sent before it if the client has another version.</summary>
    private sealed record FeedUpdate(long Frame, long Pool, byte[] PoolText, byte[] FrameText);
}

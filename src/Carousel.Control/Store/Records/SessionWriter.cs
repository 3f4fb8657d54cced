using Carousel.Control.Store.Client;
using Carousel.Core.Events;
using Carousel.Core.Sessions;

namespace Carousel.Control.Store.Records;

/// <summary>
/// Writes the workers' session events in batches. Updates that failed are kept and written first when the store is back; meanwhile nothing is taken
/// off the queues, whose size bounds the memory used during an outage. One thread at a time.
/// </summary>
/// <param name="channel">Has the queues.</param>
/// <param name="counters">Counts the writes.</param>
/// <param name="log">Receives log lines.</param>
internal sealed class SessionWriter(SessionChannel channel, StoreCounters counters, ReportEvent log)
{
    /// <summary>Events per batch: at most a megabyte, usually a few packets.</summary>
    public const int MaxBatch = 256;

    private readonly Dictionary<SessionId, SessionUpdate> _batch = [];
    private List<SessionUpdate> _unwritten = [];
    private int _firstQueue;
    private bool _loggedRefusal;

    /// <summary>True if there is something to write.</summary>
    public bool HasWork => _unwritten.Count != 0 || channel.Queues.Any(queue => queue.Waiting != 0);

    /// <summary>True if the last batch was full: the next one should follow immediately.</summary>
    public bool WasFull { get; private set; }

    /// <summary>Writes the unsaved updates or, if there are none, a batch from the queues.</summary>
    /// <returns>Null if all was written, else the failure: the rest stays unsaved.</returns>
    public async Task<StoreFailure?> WriteAsync(IRecordStore store)
    {
        int retried = _unwritten.Count;
        List<SessionUpdate> updates = retried != 0 ? _unwritten : Collect();
        if (updates.Count == 0)
        {
            return null;
        }
        counters.CountBatch(retried);
        WriteResult[] results;
        try
        {
            results = await store.WriteAsync(updates).ConfigureAwait(false);
        }
        catch (StoreException e)
        {
            // Nothing was sent.
            results = [.. updates.Select(_ => new WriteResult(IsCounted: false, e.Failure, Refusal: null))];
        }
        StoreFailure? failure = null;
        var unwritten = new List<SessionUpdate>();
        for (int i = 0; i < updates.Count; i++)
        {
            failure ??= results[i].Failure;
            Take(updates[i], results[i], unwritten);
        }
        _unwritten = unwritten;
        return failure;
    }

    /// <summary>Drops everything unwritten; returns the number of events and updates dropped.</summary>
    public int Abandon()
    {
        int abandoned = _unwritten.Count;
        _unwritten = [];
        foreach (SessionQueue queue in channel.Queues)
        {
            for (; queue.TryPeek(out _); abandoned++)
            {
                queue.Release();
            }
        }
        return abandoned;
    }

    private void Take(SessionUpdate update, WriteResult result, List<SessionUpdate> unwritten)
    {
        if (result.IsCounted)
        {
            update.Requests = 0;
        }
        if (result.Failure is not null)
        {
            counters.CountFailed();
            unwritten.Add(update);
        }
        else if (result.Refusal is not null)
        {
            counters.CountRefused();
            LogRefusal(update, result.Refusal);
        }
        else
        {
            counters.CountWritten();
        }
    }

    /// <summary>Logs once: a client that can cause one refusal can cause many.</summary>
    private void LogRefusal(SessionUpdate update, string refusal)
    {
        if (!_loggedRefusal)
        {
            _loggedRefusal = true;
            log(EventLevel.Warning, $"session store: {SessionRecord.KeyPrefix}{update.Id} is not written ({refusal}): the key was not created by Carousel; "
                + "further refusals are only counted");
        }
    }

    private List<SessionUpdate> Collect()
    {
        _batch.Clear();
        int room = MaxBatch;
        // Starts at another queue each time, so that a busy worker does not starve the others.
        for (int i = 0; i < channel.Queues.Length && room > 0; i++)
        {
            room = Drain(channel.Queues[(_firstQueue + i) % channel.Queues.Length], room);
        }
        _firstQueue = (_firstQueue + 1) % channel.Queues.Length;
        WasFull = room == 0;
        return [.. _batch.Values];
    }

    private int Drain(SessionQueue queue, int room)
    {
        for (; room > 0 && queue.TryPeek(out SessionEvent item); room--)
        {
            if (_batch.TryGetValue(item.Id, out SessionUpdate? update))
            {
                update.Add(item);
            }
            else
            {
                _batch.Add(item.Id, new SessionUpdate(item));
            }
            queue.Release();
        }
        return room;
    }
}

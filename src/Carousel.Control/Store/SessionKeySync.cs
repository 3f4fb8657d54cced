using System.Collections.Immutable;
using Carousel.Core.Sessions;
using Carousel.Core.Telemetry;

namespace Carousel.Control.Store;

/// <summary>
/// Keeps this balancer's keys and the store's the same, so that all replicas sign and verify alike, with no set-up: who finds a key missing makes it,
/// and who comes second takes what is there (HSETNX). One thread at a time.
/// </summary>
/// <remarks>
/// A key's id is the beginning of its period. The one that signs is the newest of the store's that has begun. The next is put there well before it
/// begins, so that every replica has read it before anybody signs with it, even if their clocks differ by some seconds. Keys of ours that the store
/// lacks (it was not there, or lost its data) are put there as well. Without contact the keys stay as they are: replicas agree on them.
/// </remarks>
/// <param name="channel">Where the keys are published; those that are there to begin with count as ours.</param>
/// <param name="time">For the ids of keys and the pauses between looks.</param>
/// <param name="log">Takes a line for people.</param>
internal sealed class SessionKeySync(SessionChannel channel, TimeProvider time, ReportEvent log)
{
    /// <summary>The hash in the store.</summary>
    public const string HashName = "carousel:keys";

    /// <summary>Between two looks while nothing calls for one.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <summary>Between two looks when cookies come under keys that we don't have: anybody can send such.</summary>
    public static readonly TimeSpan MissedInterval = TimeSpan.FromSeconds(1);

    private readonly KeySchedule _schedule = new(channel.Options);
    private ImmutableArray<SessionKey> _shared = [];
    private ImmutableArray<SessionKey> _known = channel.Keys.Current.All;
    private long _syncedAt;
    private bool _hasSynced;
    private bool _isUrgent;
    private bool _isMissed;
    private bool _loggedGarbage;

    private long Now => time.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>
    /// Keys for the time before any contact with a store: one of this process alone.
    /// </summary>
    public static SessionKeys ProcessKeys(SessionOptions options, TimeProvider time)
    {
        uint id = new KeySchedule(options).IdAt(time.GetUtcNow().ToUnixTimeSeconds());
        return new SessionKeys(new SessionKey(id, RandomSecrets.Next(SessionKey.SecretBytes)), []);
    }

    /// <summary>The next <see cref="IsDue"/> is true: the store may have lost its data.</summary>
    public void MakeDue() => _isUrgent = true;

    /// <summary>True if it is time for a <see cref="SyncAsync"/>.</summary>
    public bool IsDue()
    {
        _isMissed |= channel.Keys.TakeMissed();
        if (!_hasSynced || _isUrgent)
        {
            return true;
        }
        TimeSpan since = time.GetElapsedTime(_syncedAt);
        return since >= Interval || _isMissed && since >= MissedInterval;
    }

    /// <summary>Signs with the key whose time has come, if it has; asks nobody.</summary>
    public void RotateIfDue()
    {
        if (!_shared.IsEmpty)
        {
            Publish();
        }
    }

    /// <summary>Looks at the store's keys, adds what is missing there and removes what is over. It stays due if this fails.</summary>
    /// <exception cref="StoreException">The store did not do it; keys stay as they were.</exception>
    public async Task SyncAsync(IKeyHash hash)
    {
        ImmutableArray<SessionKey> found = Read(await hash.ReadAsync().ConfigureAwait(false));
        if (_shared.Any(key => !_schedule.IsOver(key.Id, Now) && !found.Any(key.IsSameAs)))
        {
            // It had this key: it has lost its data, the records with it.
            channel.BeginStoreEpoch();
        }
        SessionKey[] missing = [.. Missing(found)];
        foreach (SessionKey key in missing)
        {
            await hash.AddAsync(KeyText.Field(key.Id), KeyText.Value(key)).ConfigureAwait(false);
        }
        if (missing.Length != 0)
        {
            // Another replica may have been faster.
            found = Read(await hash.ReadAsync().ConfigureAwait(false));
        }
        foreach (SessionKey key in found.Where(key => _schedule.IsOver(key.Id, Now)))
        {
            await hash.RemoveAsync(KeyText.Field(key.Id)).ConfigureAwait(false);
        }
        _shared = [.. found.Where(key => !_schedule.IsOver(key.Id, Now))];
        Publish();
        (_hasSynced, _isUrgent, _isMissed, _syncedAt) = (true, false, false, time.GetTimestamp());
    }

    /// <summary>What the store should have and has not: our keys that still count, the current one, and in time the next one.</summary>
    private IEnumerable<SessionKey> Missing(ImmutableArray<SessionKey> found)
    {
        long now = Now;
        var ids = found.Select(key => key.Id).ToHashSet();
        foreach (SessionKey key in _known.Where(key => !_schedule.IsOver(key.Id, now)))
        {
            if (ids.Add(key.Id))
            {
                yield return key;
            }
        }
        if (ids.Add(_schedule.IdAt(now)))
        {
            yield return new SessionKey(_schedule.IdAt(now), RandomSecrets.Next(SessionKey.SecretBytes));
        }
        if (_schedule.IsNextDue(now) && ids.Add(_schedule.NextId(now)))
        {
            yield return new SessionKey(_schedule.NextId(now), RandomSecrets.Next(SessionKey.SecretBytes));
        }
    }

    /// <summary>The store's keys first: all replicas sign with the same. A key of ours that lost its place to another's still verifies what it signed.</summary>
    private void Publish()
    {
        long now = Now;
        SessionKey[] begun = [.. _shared.Where(key => key.Id <= now)];
        // All of the store's keys may lie ahead when this clock was set back far.
        SessionKey current = begun.Length == 0 ? channel.Keys.Current.Current : begun.MaxBy(key => key.Id)!;
        IEnumerable<SessionKey> ours = _known.Where(key => !_schedule.IsOver(key.Id, now) && !_shared.Any(key.IsSameAs));
        ImmutableArray<SessionKey> all = [.. _shared.Concat(ours).OrderByDescending(key => key.Id)];
        SessionKeys published = channel.Keys.Current;
        if (!published.Current.IsSameAs(current) || all.Length != _known.Length || !all.All(key => _known.Any(key.IsSameAs)))
        {
            channel.Keys.Publish(new SessionKeys(current, all));
        }
        _known = all;
    }

    private ImmutableArray<SessionKey> Read(IReadOnlyList<KeyValuePair<string, string>> fields)
    {
        var keys = ImmutableArray.CreateBuilder<SessionKey>();
        foreach ((string field, string value) in fields)
        {
            if (KeyText.TryRead(field, value, out SessionKey? key))
            {
                keys.Add(key);
            }
            else if (!_loggedGarbage)
            {
                _loggedGarbage = true;
                log(EventLevel.Warning, $"session store: {HashName} has a field that is no key: ignored (redis-cli hkeys {HashName})");
            }
        }
        return keys.ToImmutable();
    }
}

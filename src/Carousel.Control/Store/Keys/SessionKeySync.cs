using System.Collections.Immutable;
using Carousel.Control.Store.Client;
using Carousel.Core.Events;
using Carousel.Core.Sessions;

namespace Carousel.Control.Store.Keys;

/// <summary>
/// Synchronizes this balancer's keys with the store's, so that all replicas sign and verify with the same keys without configuration. A replica that
/// finds a key missing creates it; if another replica was first, it uses that one (HSETNX). One thread at a time.
/// </summary>
/// <remarks>
/// A key's id is the start of its period. The signing key is the newest of the store's keys whose period has started. The next key is created well
/// before its period starts, so that every replica has read it before any replica signs with it, even if clocks differ by some seconds. Local keys
/// that the store lacks (it was unreachable, or lost its data) are added to it. Without contact the keys do not change: replicas agree on them.
/// </remarks>
/// <param name="channel">Where the keys are published; its initial keys count as local keys.</param>
/// <param name="time">Clock for key ids and sync intervals.</param>
/// <param name="log">Receives log lines.</param>
internal sealed class SessionKeySync(SessionChannel channel, TimeProvider time, ReportEvent log)
{
    /// <summary>Name of the hash in the store.</summary>
    public const string HashName = "carousel:keys";

    /// <summary>Sync interval while nothing requests an earlier sync.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <summary>Minimum interval when requests carry cookies with unknown keys: any client can send those.</summary>
    public static readonly TimeSpan MissedInterval = TimeSpan.FromSeconds(1);

    private readonly KeySchedule _schedule = new(channel.Options);
    private ImmutableArray<SessionKey> _shared = [];
    private ImmutableArray<SessionKey> _known = channel.Keys.Current.All;
    private long _syncedAt;
    private bool _hasSynced;
    private bool _isUrgent;
    private bool _isMissed;
    private bool _loggedInvalidField;

    private long Now => time.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>
    /// Keys for use before the first contact with a store: one key that only this process has.
    /// </summary>
    public static SessionKeys ProcessKeys(SessionOptions options, TimeProvider time)
    {
        uint id = new KeySchedule(options).IdAt(time.GetUtcNow().ToUnixTimeSeconds());
        return new SessionKeys(new SessionKey(id, RandomSecrets.Next(SessionKey.SecretBytes)), []);
    }

    /// <summary>Makes the next <see cref="IsDue"/> true: the store may have lost its data.</summary>
    public void MakeDue() => _isUrgent = true;

    /// <summary>True if a <see cref="SyncAsync"/> is due.</summary>
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

    /// <summary>Switches to the next key if its period has started; does not contact the store.</summary>
    public void RotateIfDue()
    {
        if (!_shared.IsEmpty)
        {
            Publish();
        }
    }

    /// <summary>Reads the store's keys, adds missing ones and removes expired ones. A failed sync stays due.</summary>
    /// <exception cref="StoreException">The store failed or refused; the keys are unchanged.</exception>
    public async Task SyncAsync(IKeyHash hash)
    {
        ImmutableArray<SessionKey> found = Read(await hash.ReadAsync().ConfigureAwait(false));
        if (_shared.Any(key => !_schedule.IsOver(key.Id, Now) && !found.Any(key.IsSameAs)))
        {
            // A key that the store had is missing: it lost its data, including the records.
            channel.BeginStoreEpoch();
        }
        SessionKey[] missing = [.. Missing(found)];
        foreach (SessionKey key in missing)
        {
            await hash.AddAsync(KeyText.Field(key.Id), KeyText.Value(key)).ConfigureAwait(false);
        }
        if (missing.Length != 0)
        {
            // Another replica may have added them first.
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

    /// <summary>Keys to add to the store: unexpired local keys, the current key and, once due, the next one.</summary>
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

    /// <summary>The store's keys take precedence: all replicas sign with the same. A local key whose id another took still verifies old cookies.</summary>
    private void Publish()
    {
        long now = Now;
        SessionKey[] begun = [.. _shared.Where(key => key.Id <= now)];
        // All of the store's keys may be in the future if this clock was set back far.
        SessionKey current = begun.Length == 0 ? channel.Keys.Current.Current : begun.MaxBy(key => key.Id)!;
        IEnumerable<SessionKey> local = _known.Where(key => !_schedule.IsOver(key.Id, now) && !_shared.Any(key.IsSameAs));
        ImmutableArray<SessionKey> all = [.. _shared.Concat(local).OrderByDescending(key => key.Id)];
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
            else if (!_loggedInvalidField)
            {
                _loggedInvalidField = true;
                log(EventLevel.Warning, $"session store: {HashName} has a field that is not a valid key: ignored (list them with redis-cli hkeys {HashName})");
            }
        }
        return keys.ToImmutable();
    }
}

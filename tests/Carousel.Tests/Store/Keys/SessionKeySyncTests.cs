using System.Globalization;
using Carousel.Control.Store.Client;
using Carousel.Control.Store.Keys;
using Carousel.Core.Sessions;
using Carousel.Tests.Harness;
using Xunit;

namespace Carousel.Tests.Store.Keys;

public class SessionKeySyncTests
{
    private static readonly TimeSpan s_day = TimeSpan.FromHours(24);
    private static readonly SessionOptions s_options = new();

    private readonly ManualTime _time = new();
    private readonly FakeKeyHash _store = new();
    private readonly List<string> _log = [];

    private uint Today => (uint)new DateTimeOffset(2026, 11, 23, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();

    [Fact]
    public async Task SyncAsync_EmptyStore_GetsTheProcessKeyForThisPeriod()
    {
        (SessionKeySync sync, SessionChannel channel) = Sync();
        SessionKey own = channel.Keys.Current.Current;

        await sync.SyncAsync(_store);

        Assert.Equal(Today, own.Id);
        Assert.Equal([KeyValuePair.Create(Text(Today), KeyText.Value(own))], _store.Fields);
        Assert.Same(own, channel.Keys.Current.Current);
    }

    [Fact]
    public async Task SyncAsync_SecondReplica_SignsWithTheStoresKeyAndStillVerifiesItsOwn()
    {
        (SessionKeySync first, SessionChannel firstLink) = Sync();
        (SessionKeySync second, SessionChannel secondLink) = Sync();
        SessionKey ownOfSecond = secondLink.Keys.Current.Current;

        await first.SyncAsync(_store);
        await second.SyncAsync(_store);

        Assert.True(secondLink.Keys.Current.Current.IsSameAs(firstLink.Keys.Current.Current));
        Assert.Contains(secondLink.Keys.Current.All, ownOfSecond.IsSameAs);
        Assert.Single(_store.Fields);
    }

    [Fact]
    public async Task SyncAsync_AnotherReplicaIsFirst_UsesItsKey()
    {
        (SessionKeySync sync, SessionChannel channel) = Sync();
        SessionKey faster = Key(Today, 7);
        _store.BeforeAdd = () => _store.Fields.Add(Text(Today), KeyText.Value(faster));

        await sync.SyncAsync(_store);

        Assert.True(channel.Keys.Current.Current.IsSameAs(faster));
    }

    [Fact]
    public async Task SyncAsync_NextPeriodIsNear_AddsItsKeyButDoesNotSignWithIt()
    {
        (SessionKeySync sync, SessionChannel channel) = Sync();
        await sync.SyncAsync(_store);
        uint tomorrow = Today + 86400;

        _time.Advance(UntilTomorrow() - TimeSpan.FromHours(2.4) - TimeSpan.FromSeconds(1));
        await sync.SyncAsync(_store);
        Assert.DoesNotContain(Text(tomorrow), _store.Fields.Keys);
        _time.Advance(TimeSpan.FromSeconds(1));
        await sync.SyncAsync(_store);

        Assert.Contains(Text(tomorrow), _store.Fields.Keys);
        Assert.Equal(Today, channel.Keys.Current.Current.Id);
        Assert.Contains(channel.Keys.Current.All, key => key.Id == tomorrow);
    }

    [Fact]
    public async Task RotateIfDue_PeriodBegins_SignsWithTheNextKeyWithoutTheStore()
    {
        (SessionKeySync sync, SessionChannel channel) = Sync();
        _time.Advance(UntilTomorrow() - TimeSpan.FromSeconds(1));
        await sync.SyncAsync(_store);
        int reads = _store.Reads;

        sync.RotateIfDue();
        Assert.Equal(Today, channel.Keys.Current.Current.Id);
        _time.Advance(TimeSpan.FromSeconds(1));
        sync.RotateIfDue();

        Assert.Equal(Today + 86400, channel.Keys.Current.Current.Id);
        Assert.Contains(channel.Keys.Current.All, key => key.Id == Today);
        Assert.Equal(reads, _store.Reads);
    }

    [Fact]
    public async Task RotateIfDue_StoreAwayAtPeriodStart_KeepsTheSharedKey()
    {
        (SessionKeySync sync, SessionChannel channel) = Sync();
        await sync.SyncAsync(_store);
        _store.Failure = StoreFailures.Unreachable("connection closed");

        _time.Advance(2 * s_day);
        sync.RotateIfDue();
        await Assert.ThrowsAsync<StoreException>(() => sync.SyncAsync(_store));
        Assert.Equal(Today, channel.Keys.Current.Current.Id);
        Assert.True(sync.IsDue());
        _store.Failure = null;
        await sync.SyncAsync(_store);

        Assert.Equal(Today + 2 * 86400, channel.Keys.Current.Current.Id);
    }

    [Fact]
    public async Task SyncAsync_ClocksDiffer_NoReplicaSignsWithAnUnsharedKey()
    {
        var ahead = new ManualTime();
        ahead.Advance(TimeSpan.FromSeconds(5));
        (SessionKeySync behindSync, SessionChannel behind) = Sync();
        (SessionKeySync aheadSync, SessionChannel fast) = Sync(time: ahead);
        await behindSync.SyncAsync(_store);

        for (TimeSpan passed = TimeSpan.Zero; passed < 2 * s_day; passed += SessionKeySync.Interval)
        {
            await aheadSync.SyncAsync(_store);
            Assert.Contains(behind.Keys.Current.All, fast.Keys.Current.Current.IsSameAs);
            await behindSync.SyncAsync(_store);
            Assert.Contains(fast.Keys.Current.All, behind.Keys.Current.Current.IsSameAs);
            _time.Advance(SessionKeySync.Interval);
            ahead.Advance(SessionKeySync.Interval);
        }

        Assert.Equal(Today + 2 * 86400, fast.Keys.Current.Current.Id);
    }

    [Fact]
    public async Task SyncAsync_StoreLostItsData_GetsAllKeysBack()
    {
        (SessionKeySync sync, SessionChannel channel) = Sync();
        _time.Advance(UntilTomorrow() - TimeSpan.FromHours(1));
        await sync.SyncAsync(_store);
        KeyValuePair<string, string>[] before = [.. _store.Fields];
        SessionKey current = channel.Keys.Current.Current;

        _store.Fields.Clear();
        Assert.Equal(1, channel.StoreEpoch);
        await sync.SyncAsync(_store);

        Assert.Equal(2, channel.StoreEpoch);
        Assert.Equal(2, before.Length);
        Assert.Equal(before, _store.Fields);
        Assert.Same(current, channel.Keys.Current.Current);
    }

    [Fact]
    public async Task SyncAsync_StoreLostItsDataAndHasANewKey_SignsWithThatAndVerifiesBoth()
    {
        (SessionKeySync sync, SessionChannel channel) = Sync();
        await sync.SyncAsync(_store);
        SessionKey old = channel.Keys.Current.Current;
        SessionKey made = Key(Today, 9);

        _store.Fields.Clear();
        _store.Fields.Add(Text(Today), KeyText.Value(made));
        await sync.SyncAsync(_store);

        Assert.True(channel.Keys.Current.Current.IsSameAs(made));
        Assert.Contains(channel.Keys.Current.All, old.IsSameAs);
        Assert.Equal(KeyText.Value(made), Assert.Single(_store.Fields).Value);
    }

    [Fact]
    public async Task SyncAsync_KeyExpired_IsRemovedAnHourAfterItsLastCookie()
    {
        (SessionKeySync sync, SessionChannel channel) = Sync();
        await sync.SyncAsync(_store);

        // A period of a day, cookies of one and a half, an hour of margin.
        _time.Advance(DateTimeOffset.FromUnixTimeSeconds(Today) + TimeSpan.FromHours(24 + 36 + 1) - _time.GetUtcNow());
        await sync.SyncAsync(_store);
        Assert.Contains(Text(Today), _store.Fields.Keys);
        _time.Advance(TimeSpan.FromSeconds(1));
        await sync.SyncAsync(_store);

        Assert.DoesNotContain(Text(Today), _store.Fields.Keys);
        Assert.DoesNotContain(channel.Keys.Current.All, key => key.Id == Today);
    }

    [Theory]
    [InlineData("x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("007", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("4294967296", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("7", "AAAA")]
    [InlineData("7", "no base64 at all, but something that is much longer than a key ever is")]
    [InlineData("", "")]
    public async Task SyncAsync_InvalidFieldInTheHash_IsIgnoredAndLoggedOnce(string field, string value)
    {
        _store.Fields.Add(field, value);
        (SessionKeySync sync, SessionChannel channel) = Sync();

        await sync.SyncAsync(_store);
        await sync.SyncAsync(_store);

        Assert.Equal(Today, Assert.Single(channel.Keys.Current.All).Id);
        Assert.Equal(value, _store.Fields[field]);
        Assert.Contains("not a valid key: ignored", Assert.Single(_log), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SyncAsync_KeyFarInTheFuture_VerifiesButDoesNotSign()
    {
        _store.Fields.Add(Text(4_000_000_000), KeyText.Value(Key(4_000_000_000, 1)));
        (SessionKeySync sync, SessionChannel channel) = Sync();

        await sync.SyncAsync(_store);

        Assert.Equal(Today, channel.Keys.Current.Current.Id);
        Assert.Contains(channel.Keys.Current.All, key => key.Id == 4_000_000_000);
    }

    [Fact]
    public async Task IsDue_BetweenSyncs_IsAfterTheIntervalOrOneSecondAfterAMiss()
    {
        (SessionKeySync sync, SessionChannel channel) = Sync();
        Assert.True(sync.IsDue());
        await sync.SyncAsync(_store);
        Assert.False(sync.IsDue());

        channel.Keys.Miss();
        Assert.False(sync.IsDue());
        _time.Advance(SessionKeySync.MissedInterval);
        Assert.True(sync.IsDue());
        await sync.SyncAsync(_store);
        Assert.False(sync.IsDue());

        sync.MakeDue();
        Assert.True(sync.IsDue());
        await sync.SyncAsync(_store);
        _time.Advance(SessionKeySync.Interval - TimeSpan.FromSeconds(1));
        Assert.False(sync.IsDue());
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(sync.IsDue());
    }

    [Fact]
    public async Task SyncAsync_WithoutAStore_KeysRotate()
    {
        (SessionKeySync sync, SessionChannel channel) = Sync();
        var none = new LocalKeyHash();

        for (int day = 0; day < 5; day++)
        {
            await sync.SyncAsync(none);
            Assert.Equal(Today + day * 86400, channel.Keys.Current.Current.Id);
            _time.Advance(s_day);
        }

        Assert.InRange(channel.Keys.Current.All.Length, 2, 4);
    }

    [Fact]
    public async Task SyncAsync_Unchanged_PublishesNothing()
    {
        (SessionKeySync sync, SessionChannel channel) = Sync();
        await sync.SyncAsync(_store);
        SessionKeys published = channel.Keys.Current;

        await sync.SyncAsync(_store);

        Assert.Same(published, channel.Keys.Current);
    }

    [Fact]
    public async Task SyncAsync_ShortestPeriod_NextKeyIsThereHalfAMinuteBefore()
    {
        (SessionKeySync sync, _) = Sync(new SessionOptions { KeyRotation = TimeSpan.FromMinutes(1) });
        uint minute = (uint)_time.GetUtcNow().ToUnixTimeSeconds();

        _time.Advance(TimeSpan.FromSeconds(29));
        await sync.SyncAsync(_store);
        Assert.DoesNotContain(Text(minute + 60), _store.Fields.Keys);
        _time.Advance(TimeSpan.FromSeconds(1));
        await sync.SyncAsync(_store);

        Assert.Contains(Text(minute + 60), _store.Fields.Keys);
    }

    private static SessionKey Key(uint id, byte filled)
    {
        byte[] secret = new byte[SessionKey.SecretBytes];
        secret.AsSpan().Fill(filled);
        return new SessionKey(id, secret);
    }

    private static string Text(uint id) => id.ToString(CultureInfo.InvariantCulture);

    private TimeSpan UntilTomorrow() => DateTimeOffset.FromUnixTimeSeconds(Today) + s_day - _time.GetUtcNow();

    private (SessionKeySync Sync, SessionChannel Channel) Sync(SessionOptions? options = null, TimeProvider? time = null)
    {
        options ??= s_options;
        var channel = new SessionChannel(options, SessionKeySync.ProcessKeys(options, time ?? _time), workers: 1);
        return (new SessionKeySync(channel, time ?? _time, (_, line) => _log.Add(line)), channel);
    }
}

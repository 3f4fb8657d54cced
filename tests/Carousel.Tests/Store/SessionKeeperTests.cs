using System.Globalization;
using Carousel.Control.Store;
using Carousel.Core.Sessions;
using Carousel.Tests.Control;
using Xunit;

namespace Carousel.Tests.Store;

public class SessionKeeperTests
{
    private static readonly TimeSpan s_day = TimeSpan.FromHours(24);
    private static readonly SessionOptions s_options = new();

    private readonly ManualTime _time = new();
    private readonly FakeKeyHash _store = new();
    private readonly List<string> _log = [];

    private uint Today => (uint)new DateTimeOffset(2026, 11, 23, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();

    [Fact]
    public async Task LookAsync_EmptyStore_GetsTheProcessKeyForThisPeriod()
    {
        (SessionKeeper keeper, SessionLink link) = Keeper();
        SessionKey own = link.Keys.Current.Current;

        await keeper.LookAsync(_store);

        Assert.Equal(Today, own.Id);
        Assert.Equal([KeyValuePair.Create(Text(Today), KeyText.Value(own))], _store.Fields);
        Assert.Same(own, link.Keys.Current.Current);
    }

    [Fact]
    public async Task LookAsync_SecondReplica_SignsWithTheStoresKeyAndStillVerifiesItsOwn()
    {
        (SessionKeeper first, SessionLink firstLink) = Keeper();
        (SessionKeeper second, SessionLink secondLink) = Keeper();
        SessionKey ownOfSecond = secondLink.Keys.Current.Current;

        await first.LookAsync(_store);
        await second.LookAsync(_store);

        Assert.True(secondLink.Keys.Current.Current.IsSameAs(firstLink.Keys.Current.Current));
        Assert.Contains(secondLink.Keys.Current.All, ownOfSecond.IsSameAs);
        Assert.Single(_store.Fields);
    }

    [Fact]
    public async Task LookAsync_AnotherReplicaIsFasterByAMoment_TakesItsKey()
    {
        (SessionKeeper keeper, SessionLink link) = Keeper();
        SessionKey faster = Key(Today, 7);
        _store.BeforeAdd = () => _store.Fields.Add(Text(Today), KeyText.Value(faster));

        await keeper.LookAsync(_store);

        Assert.True(link.Keys.Current.Current.IsSameAs(faster));
    }

    [Fact]
    public async Task LookAsync_NextPeriodIsNear_PutsItsKeyButDoesNotSignWithIt()
    {
        (SessionKeeper keeper, SessionLink link) = Keeper();
        await keeper.LookAsync(_store);
        uint tomorrow = Today + 86400;

        _time.Advance(UntilTomorrow() - TimeSpan.FromHours(2.4) - TimeSpan.FromSeconds(1));
        await keeper.LookAsync(_store);
        Assert.DoesNotContain(Text(tomorrow), _store.Fields.Keys);
        _time.Advance(TimeSpan.FromSeconds(1));
        await keeper.LookAsync(_store);

        Assert.Contains(Text(tomorrow), _store.Fields.Keys);
        Assert.Equal(Today, link.Keys.Current.Current.Id);
        Assert.Contains(link.Keys.Current.All, key => key.Id == tomorrow);
    }

    [Fact]
    public async Task Turn_PeriodBegins_SignsWithTheNextKeyWithoutAskingTheStore()
    {
        (SessionKeeper keeper, SessionLink link) = Keeper();
        _time.Advance(UntilTomorrow() - TimeSpan.FromSeconds(1));
        await keeper.LookAsync(_store);
        int reads = _store.Reads;

        keeper.Turn();
        Assert.Equal(Today, link.Keys.Current.Current.Id);
        _time.Advance(TimeSpan.FromSeconds(1));
        keeper.Turn();

        Assert.Equal(Today + 86400, link.Keys.Current.Current.Id);
        Assert.Contains(link.Keys.Current.All, key => key.Id == Today);
        Assert.Equal(reads, _store.Reads);
    }

    [Fact]
    public async Task Turn_StoreAwayOverTheBeginningOfAPeriod_StaysWithTheKeyThatReplicasAgreeOn()
    {
        (SessionKeeper keeper, SessionLink link) = Keeper();
        await keeper.LookAsync(_store);
        _store.Trouble = StoreTroubles.Unreachable("gone");

        _time.Advance(2 * s_day);
        keeper.Turn();
        await Assert.ThrowsAsync<StoreException>(() => keeper.LookAsync(_store));
        Assert.Equal(Today, link.Keys.Current.Current.Id);
        Assert.True(keeper.IsDue());
        _store.Trouble = null;
        await keeper.LookAsync(_store);

        Assert.Equal(Today + 2 * 86400, link.Keys.Current.Current.Id);
    }

    [Fact]
    public async Task LookAsync_ClocksDifferBySeconds_NobodySignsWithAKeyThatTheOtherHasNot()
    {
        var ahead = new ManualTime();
        ahead.Advance(TimeSpan.FromSeconds(5));
        (SessionKeeper behindKeeper, SessionLink behind) = Keeper();
        (SessionKeeper aheadKeeper, SessionLink fast) = Keeper(time: ahead);
        await behindKeeper.LookAsync(_store);

        for (TimeSpan passed = TimeSpan.Zero; passed < 2 * s_day; passed += SessionKeeper.Interval)
        {
            await aheadKeeper.LookAsync(_store);
            Assert.Contains(behind.Keys.Current.All, fast.Keys.Current.Current.IsSameAs);
            await behindKeeper.LookAsync(_store);
            Assert.Contains(fast.Keys.Current.All, behind.Keys.Current.Current.IsSameAs);
            _time.Advance(SessionKeeper.Interval);
            ahead.Advance(SessionKeeper.Interval);
        }

        Assert.Equal(Today + 2 * 86400, fast.Keys.Current.Current.Id);
    }

    [Fact]
    public async Task LookAsync_StoreLostItsData_GetsAllKeysBack()
    {
        (SessionKeeper keeper, SessionLink link) = Keeper();
        _time.Advance(UntilTomorrow() - TimeSpan.FromHours(1));
        await keeper.LookAsync(_store);
        KeyValuePair<string, string>[] before = [.. _store.Fields];
        SessionKey current = link.Keys.Current.Current;

        _store.Fields.Clear();
        Assert.Equal(1, link.StoreEpoch);
        await keeper.LookAsync(_store);

        Assert.Equal(2, link.StoreEpoch);
        Assert.Equal(2, before.Length);
        Assert.Equal(before, _store.Fields);
        Assert.Same(current, link.Keys.Current.Current);
    }

    [Fact]
    public async Task LookAsync_StoreLostItsDataAndAnotherReplicaMadeAKey_SignsWithThatAndVerifiesBoth()
    {
        (SessionKeeper keeper, SessionLink link) = Keeper();
        await keeper.LookAsync(_store);
        SessionKey old = link.Keys.Current.Current;
        SessionKey made = Key(Today, 9);

        _store.Fields.Clear();
        _store.Fields.Add(Text(Today), KeyText.Value(made));
        await keeper.LookAsync(_store);

        Assert.True(link.Keys.Current.Current.IsSameAs(made));
        Assert.Contains(link.Keys.Current.All, old.IsSameAs);
        Assert.Equal(KeyText.Value(made), Assert.Single(_store.Fields).Value);
    }

    [Fact]
    public async Task LookAsync_KeyIsOver_IsRemovedAnHourAfterItsLastCookie()
    {
        (SessionKeeper keeper, SessionLink link) = Keeper();
        await keeper.LookAsync(_store);

        // A period of a day, cookies of one and a half, an hour of grace.
        _time.Advance(DateTimeOffset.FromUnixTimeSeconds(Today) + TimeSpan.FromHours(24 + 36 + 1) - _time.GetUtcNow());
        await keeper.LookAsync(_store);
        Assert.Contains(Text(Today), _store.Fields.Keys);
        _time.Advance(TimeSpan.FromSeconds(1));
        await keeper.LookAsync(_store);

        Assert.DoesNotContain(Text(Today), _store.Fields.Keys);
        Assert.DoesNotContain(link.Keys.Current.All, key => key.Id == Today);
    }

    [Theory]
    [InlineData("x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("007", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("4294967296", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("7", "AAAA")]
    [InlineData("7", "no base64 at all, but something that is much longer than a key ever is")]
    [InlineData("", "")]
    public async Task LookAsync_GarbageInTheHash_IsLeftAloneAndSaidOnce(string field, string value)
    {
        _store.Fields.Add(field, value);
        (SessionKeeper keeper, SessionLink link) = Keeper();

        await keeper.LookAsync(_store);
        await keeper.LookAsync(_store);

        Assert.Equal(Today, Assert.Single(link.Keys.Current.All).Id);
        Assert.Equal(value, _store.Fields[field]);
        Assert.Contains("no key: ignored", Assert.Single(_log), StringComparison.Ordinal);
    }

    [Fact]
    public async Task LookAsync_KeyOfAFarFuture_VerifiesButDoesNotSign()
    {
        _store.Fields.Add(Text(4_000_000_000), KeyText.Value(Key(4_000_000_000, 1)));
        (SessionKeeper keeper, SessionLink link) = Keeper();

        await keeper.LookAsync(_store);

        Assert.Equal(Today, link.Keys.Current.Current.Id);
        Assert.Contains(link.Keys.Current.All, key => key.Id == 4_000_000_000);
    }

    [Fact]
    public async Task IsDue_BetweenLooks_IsAfterTheIntervalOrOneSecondAfterAMiss()
    {
        (SessionKeeper keeper, SessionLink link) = Keeper();
        Assert.True(keeper.IsDue());
        await keeper.LookAsync(_store);
        Assert.False(keeper.IsDue());

        link.Keys.Miss();
        Assert.False(keeper.IsDue());
        _time.Advance(SessionKeeper.MissedInterval);
        Assert.True(keeper.IsDue());
        await keeper.LookAsync(_store);
        Assert.False(keeper.IsDue());

        keeper.Hurry();
        Assert.True(keeper.IsDue());
        await keeper.LookAsync(_store);
        _time.Advance(SessionKeeper.Interval - TimeSpan.FromSeconds(1));
        Assert.False(keeper.IsDue());
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(keeper.IsDue());
    }

    [Fact]
    public async Task LookAsync_WithoutAStore_KeysRotateAllTheSame()
    {
        (SessionKeeper keeper, SessionLink link) = Keeper();
        var none = new LocalKeyHash();

        for (int day = 0; day < 5; day++)
        {
            await keeper.LookAsync(none);
            Assert.Equal(Today + day * 86400, link.Keys.Current.Current.Id);
            _time.Advance(s_day);
        }

        Assert.InRange(link.Keys.Current.All.Length, 2, 4);
    }

    [Fact]
    public async Task LookAsync_NothingNew_PublishesNothing()
    {
        (SessionKeeper keeper, SessionLink link) = Keeper();
        await keeper.LookAsync(_store);
        SessionKeys published = link.Keys.Current;

        await keeper.LookAsync(_store);

        Assert.Same(published, link.Keys.Current);
    }

    [Fact]
    public async Task LookAsync_ShortestPeriod_NextKeyIsThereHalfAMinuteBefore()
    {
        (SessionKeeper keeper, _) = Keeper(new SessionOptions { KeyRotation = TimeSpan.FromMinutes(1) });
        uint minute = (uint)_time.GetUtcNow().ToUnixTimeSeconds();

        _time.Advance(TimeSpan.FromSeconds(29));
        await keeper.LookAsync(_store);
        Assert.DoesNotContain(Text(minute + 60), _store.Fields.Keys);
        _time.Advance(TimeSpan.FromSeconds(1));
        await keeper.LookAsync(_store);

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

    private (SessionKeeper Keeper, SessionLink Link) Keeper(SessionOptions? options = null, TimeProvider? time = null)
    {
        options ??= s_options;
        var link = new SessionLink(options, SessionKeeper.ProcessKeys(options, time ?? _time), workers: 1);
        return (new SessionKeeper(link, time ?? _time, (_, line) => _log.Add(line)), link);
    }
}

using System.Collections.Concurrent;
using Carousel.Control.Discovery;
using Carousel.Core.Config;
using Carousel.Core.Events;
using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Carousel.Tests.Harness;
using Xunit;

namespace Carousel.Tests.Discovery;

public sealed class DrainMonitorTests : IDisposable
{
    private static readonly TimeSpan AtMost = TimeSpan.FromSeconds(30);

    private readonly ManualTime _time = new();
    private readonly ConcurrentQueue<string> _reports = new();
    private readonly PoolMembership _membership = TestPool.Of(PoolBuilder.Build(TestPool.Servers(Entries("10.0.0.1\n10.0.0.2")))).Membership;
    private readonly Server _server;
    private DrainMonitor? _drains;

    public DrainMonitorTests() => _server = _membership.Pool.Current.Servers[1];

    private bool IsRemoved => _membership.Pool.Current.Find(_server.Tag) is null;

    public void Dispose() => _drains?.Dispose();

    [Fact]
    public async Task Draining_NothingInFlight_IsRemovedAfterTwoChecks()
    {
        Start(isSticky: false);
        Apply("10.0.0.1");
        await Until(() => _time.Waits.Length == 1);
        Assert.False(IsRemoved);
        await PassAsync();
        await Until(() => IsRemoved);
        await Until(() => _reports.SequenceEqual(["server http://10.0.0.2:80 removed"]));
        await Until(() => _time.Waits.Length == 0);
    }

    [Fact]
    public async Task Draining_RequestInFlight_StaysUntilItEnds()
    {
        Start(isSticky: false);
        Assert.True(_server.Load.TryEnter(0));
        Apply("10.0.0.1");
        await PassAsync(20);
        Assert.False(IsRemoved);
        _server.Load.Leave();
        await PassUntil(() => IsRemoved);
        Assert.Equal(["server http://10.0.0.2:80 removed"], _reports);
    }

    [Fact]
    public async Task Draining_Timeout_IsRemovedWithRequestsInFlight()
    {
        Start(isSticky: false);
        Assert.True(_server.Load.TryEnter(0));
        Apply("10.0.0.1");
        await PassAsync((int)(AtMost / DrainMonitor.Pause) - 1);
        Assert.False(IsRemoved);
        await PassAsync();
        await Until(() => IsRemoved && _reports.SequenceEqual(["server http://10.0.0.2:80 removed: 1 request in flight was cut"]));
    }

    [Fact]
    public async Task Draining_StickySessions_StaysForTheFullTimeout()
    {
        Start(isSticky: true);
        Apply("10.0.0.1");
        await PassAsync((int)(AtMost / DrainMonitor.Pause) - 1);
        Assert.False(IsRemoved);
        await PassAsync();
        await Until(() => IsRemoved);
    }

    /// <summary>It still serves because no other server can: only the timeout removes it.</summary>
    [Fact]
    public async Task Draining_StillTakesNewTraffic_StaysForTheFullTimeout()
    {
        Start(isSticky: false);
        _membership.SetHealth(_membership.Pool.Current.Servers[0].Tag, false);
        Apply("10.0.0.1");
        await PassAsync((int)(AtMost / DrainMonitor.Pause) - 1);
        Assert.False(IsRemoved);
        await PassAsync();
        await Until(() => IsRemoved);
    }

    [Fact]
    public async Task Draining_AddedAgain_StaysAndHasTheFullTimeoutNextTime()
    {
        Start(isSticky: true);
        Apply("10.0.0.1");
        await PassAsync(20);
        Apply("10.0.0.1\n10.0.0.2");
        await PassAsync();
        await Until(() => _time.Waits.Length == 0);
        Apply("10.0.0.1");
        await PassAsync((int)(AtMost / DrainMonitor.Pause) - 1);
        Assert.False(IsRemoved);
        await PassAsync();
        await Until(() => IsRemoved);
    }

    private static IReadOnlyList<ServerEntry> Entries(string text) => ServersParser.Parse(text).Servers;

    private void Report(Server server, EventLevel level, string what) => _reports.Enqueue($"server {server.Entry.Label} {what}");

    private void Apply(string text) => _membership.Apply(Entries(text));

    private void Start(bool isSticky)
    {
        _drains = new DrainMonitor(_membership, isSticky, AtMost, _time, Report);
        _drains.Start();
    }

    /// <summary>Advances the clock by this number of check intervals.</summary>
    private async Task PassAsync(int times = 1)
    {
        for (int i = 0; i < times; i++)
        {
            await Until(() => _time.Waits.SequenceEqual([DrainMonitor.Pause]));
            _time.Advance(DrainMonitor.Pause);
        }
    }

    private Task PassUntil(Func<bool> condition) => Until(() =>
    {
        _time.Advance(DrainMonitor.Pause);
        return condition();
    });

    private static async Task Until(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!condition())
        {
            await Task.Delay(1, deadline.Token);
        }
    }
}

using System.Collections.Concurrent;
using Carousel.Control.Discovery;
using Carousel.Core.Config;
using Carousel.Core.Pool;
using Carousel.Core.Telemetry;
using Xunit;

namespace Carousel.Tests.Control;

public sealed class DeparturesTests : IDisposable
{
    private static readonly TimeSpan AtMost = TimeSpan.FromSeconds(30);

    private readonly ManualTime _time = new();
    private readonly ConcurrentQueue<string> _reports = new();
    private readonly PoolMembership _membership = new(new ServerPool(PoolBuilder.Build(PoolBuilder.Servers(Entries("10.0.0.1\n10.0.0.2")))));
    private readonly Server _server;
    private Departures? _departures;

    public DeparturesTests() => _server = _membership.Pool.Current.Servers[1];

    private bool IsGone => _membership.Pool.Current.Find(_server.Tag) is null;

    public void Dispose() => _departures?.Dispose();

    [Fact]
    public async Task Leaving_NothingInFlight_IsGoneOnceThatWasSeenTwice()
    {
        Start(visitorsBelong: false);
        Apply("10.0.0.1");
        await Until(() => _time.Waits.Length == 1);
        Assert.False(IsGone);
        await PassAsync();
        await Until(() => IsGone);
        await Until(() => _reports.SequenceEqual(["server http://10.0.0.2:80 is gone"]));
        await Until(() => _time.Waits.Length == 0);
    }

    [Fact]
    public async Task Leaving_RequestInFlight_StaysUntilItIsOver()
    {
        Start(visitorsBelong: false);
        Assert.True(_server.Load.TryEnter(0));
        Apply("10.0.0.1");
        await PassAsync(20);
        Assert.False(IsGone);
        _server.Load.Leave();
        await PassUntil(() => IsGone);
        Assert.Equal(["server http://10.0.0.2:80 is gone"], _reports);
    }

    [Fact]
    public async Task Leaving_TimeIsOver_IsGoneWithWhatItHas()
    {
        Start(visitorsBelong: false);
        Assert.True(_server.Load.TryEnter(0));
        Apply("10.0.0.1");
        await PassAsync((int)(AtMost / Departures.Pause) - 1);
        Assert.False(IsGone);
        await PassAsync();
        await Until(() => IsGone && _reports.SequenceEqual(["server http://10.0.0.2:80 is gone: 1 request is cut"]));
    }

    [Fact]
    public async Task Leaving_VisitorsBelongToIt_StaysForAllOfItsTime()
    {
        Start(visitorsBelong: true);
        Apply("10.0.0.1");
        await PassAsync((int)(AtMost / Departures.Pause) - 1);
        Assert.False(IsGone);
        await PassAsync();
        await Until(() => IsGone);
    }

    /// <summary>It serves because nobody else can: only its time ends that.</summary>
    [Fact]
    public async Task Leaving_StillTakesVisitors_StaysForAllOfItsTime()
    {
        Start(visitorsBelong: false);
        _membership.SetHealth(_membership.Pool.Current.Servers[0].Tag, false);
        Apply("10.0.0.1");
        await PassAsync((int)(AtMost / Departures.Pause) - 1);
        Assert.False(IsGone);
        await PassAsync();
        await Until(() => IsGone);
    }

    [Fact]
    public async Task Leaving_ComesBack_StaysAndHasAllItsTimeWhenItLeavesAgain()
    {
        Start(visitorsBelong: true);
        Apply("10.0.0.1");
        await PassAsync(20);
        Apply("10.0.0.1\n10.0.0.2");
        await PassAsync();
        await Until(() => _time.Waits.Length == 0);
        Apply("10.0.0.1");
        await PassAsync((int)(AtMost / Departures.Pause) - 1);
        Assert.False(IsGone);
        await PassAsync();
        await Until(() => IsGone);
    }

    private static IReadOnlyList<ServerEntry> Entries(string text) => ServersParser.Parse(text).Servers;

    private void Report(Server server, EventLevel level, string what) => _reports.Enqueue($"server {server.Entry.Label} {what}");

    private void Apply(string text) => _membership.Apply(Entries(text));

    private void Start(bool visitorsBelong)
    {
        _departures = new Departures(_membership, visitorsBelong, AtMost, _time, Report);
        _departures.Start();
    }

    /// <summary>Lets the pause between two looks pass, so many times.</summary>
    private async Task PassAsync(int times = 1)
    {
        for (int i = 0; i < times; i++)
        {
            await Until(() => _time.Waits.SequenceEqual([Departures.Pause]));
            _time.Advance(Departures.Pause);
        }
    }

    private Task PassUntil(Func<bool> condition) => Until(() =>
    {
        _time.Advance(Departures.Pause);
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

using System.Collections.Concurrent;
using System.Net;
using Carousel.Control.Store.Embedded;
using Carousel.Tests.Harness;
using Xunit;

namespace Carousel.Tests.Store.Embedded;

public sealed class EmbeddedStoreTests : IAsyncDisposable
{
    private readonly ManualTime _time = new();
    private readonly FakeStore _fake = new();
    private readonly ConcurrentQueue<string> _log = new();
    private readonly ConcurrentQueue<EmbeddedStoreState> _states = new();
    private readonly EmbeddedStore _store;

    public EmbeddedStoreTests() => _store = Create(new EmbeddedStoreOptions { Port = 7001 }, "/opt/carousel-store");

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task StartAsync_Ready_IsTrue()
    {
        Assert.Equal(EmbeddedStoreState.Stopped, _store.State);
        await StartAsync();

        Assert.Equal(EmbeddedStoreState.Running, _store.State);
        Assert.Equal(IPEndPoint.Parse("127.0.0.1:7001"), _store.EndPoint);
        Assert.Equal([EmbeddedStoreState.Starting, EmbeddedStoreState.Running], _states);
        Assert.Equal(["session store ready on 127.0.0.1:7001, in memory only: sessions are lost when it exits"], _log);
    }

    [Fact]
    public async Task StartAsync_DataDirectory_IsNamed()
    {
        await using EmbeddedStore store = Create(new EmbeddedStoreOptions { DataDirectory = "/var/lib/c" }, "/opt/carousel-store");
        Task<bool> started = store.StartAsync(TestContext.Current.CancellationToken);
        (await ProcessAsync(0)).BeReady();
        Assert.True(await started);
        Assert.Equal(["session store ready on 127.0.0.1:6379, kept in /var/lib/c"], _log);
    }

    [Fact]
    public async Task StartAsync_NoExecutable_IsMissingForGood()
    {
        await using EmbeddedStore store = Create(new EmbeddedStoreOptions(), executable: null);

        Assert.False(await store.StartAsync(TestContext.Current.CancellationToken));

        Assert.Equal(EmbeddedStoreState.Missing, store.State);
        Assert.Equal(["no carousel-store executable found: sessions continue without a store"], _log);
        Assert.Equal(0, _fake.Attempts);
        Assert.Empty(_time.Waits);
    }

    [Fact]
    public async Task StartAsync_ProcessExitsUnready_IsFalseWithReasonOnce()
    {
        Task<bool> started = _store.StartAsync(TestContext.Current.CancellationToken);
        (await ProcessAsync(0)).End(1, "127.0.0.1:7001 is taken");
        Assert.False(await started);

        await PassAsync(StoreBackoff.First);
        (await ProcessAsync(1)).End(1, "127.0.0.1:7001 is taken");
        await PassAsync(2 * StoreBackoff.First);
        (await ProcessAsync(2)).End(139);
        await PassAsync(4 * StoreBackoff.First);
        (await ProcessAsync(3)).BeReady();
        await UntilAsync(() => _store.State == EmbeddedStoreState.Running && _log.Count == 3);

        Assert.Equal(
            [
                "session store can't start: 127.0.0.1:7001 is taken; restarting in 250ms",
                "session store can't start: exit code 139; restarting in 1s",
                "session store ready on 127.0.0.1:7001, in memory only: sessions are lost when it exits",
            ],
            _log);
        Assert.All(_fake.Launched.Take(3), process => Assert.True(process.IsDisposed));
    }

    [Fact]
    public async Task StartAsync_LaunchFails_IsRetried()
    {
        _fake.Refuses = true;
        Assert.False(await _store.StartAsync(TestContext.Current.CancellationToken));
        await UntilAsync(() => _store.State == EmbeddedStoreState.Waiting);
        Assert.Equal(["session store can't start: /opt/carousel-store: Permission denied; restarting in 250ms"], _log);

        _fake.Refuses = false;
        await PassAsync(StoreBackoff.First);
        (await ProcessAsync(0)).BeReady();
        await UntilAsync(() => _store.State == EmbeddedStoreState.Running);
    }

    [Fact]
    public async Task StartAsync_WaitCancelled_StartContinues()
    {
        using var impatience = new CancellationTokenSource();
        Task<bool> started = _store.StartAsync(impatience.Token);
        FakeStoreProcess process = await ProcessAsync(0);
        await impatience.CancelAsync();
        Assert.False(await started);

        process.BeReady();
        Assert.True(await _store.StartAsync(TestContext.Current.CancellationToken));
        Assert.Equal(1, _fake.Attempts);
    }

    [Fact]
    public async Task Watch_StoreExits_IsRestartedAfterTheBackoff()
    {
        await StartAsync();
        _fake.Launched[0].End(137);
        await PassAsync(StoreBackoff.First);
        (await ProcessAsync(1)).BeReady();
        await UntilAsync(() => _store.State == EmbeddedStoreState.Running);

        Assert.Equal("session store exited: exit code 137; restarting in 250ms", _log.ElementAt(1));
        EmbeddedStoreState[] expected =
        [
            EmbeddedStoreState.Starting, EmbeddedStoreState.Running, EmbeddedStoreState.Waiting, EmbeddedStoreState.Starting, EmbeddedStoreState.Running,
        ];
        await UntilAsync(() => _states.SequenceEqual(expected));
    }

    [Fact]
    public async Task Watch_LongUptime_BackoffIsReset()
    {
        await StartAsync();
        _fake.Launched[0].End(137);
        await PassAsync(StoreBackoff.First);
        (await ProcessAsync(1)).BeReady();
        await UntilAsync(() => _store.State == EmbeddedStoreState.Running);
        _time.Advance(StoreBackoff.Healthy);
        _fake.Launched[1].End(137);

        await UntilAsync(() => _time.Waits.Length == 1);
        Assert.Equal([StoreBackoff.First], _time.Waits);
    }

    [Fact]
    public async Task DisposeAsync_StoreExits_IsNotKilled()
    {
        await StartAsync();
        await _store.DisposeAsync();

        Assert.Equal((true, false, true), (_fake.Launched[0].WasAsked, _fake.Launched[0].WasKilled, _fake.Launched[0].IsDisposed));
        Assert.Equal(EmbeddedStoreState.Stopped, _store.State);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => _store.StartAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task DisposeAsync_StoreDoesNotExit_IsKilledAfterTheLimit(bool ready)
    {
        Task<bool> started = _store.StartAsync(TestContext.Current.CancellationToken);
        FakeStoreProcess process = await ProcessAsync(0);
        process.Obeys = false;
        if (ready)
        {
            process.BeReady();
            await started;
        }

        Task disposed = _store.DisposeAsync().AsTask();
        await UntilAsync(() => process.WasAsked && _time.Waits.Contains(EmbeddedStore.ShutdownLimit));
        Assert.False(process.WasKilled);
        await PassAsync(EmbeddedStore.ShutdownLimit);
        await disposed.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

        Assert.True(process.WasKilled);
        Assert.Equal(ready, await started);
    }

    [Fact]
    public async Task DisposeAsync_DuringBackoff_DoesNotRestart()
    {
        await StartAsync();
        _fake.Launched[0].End(1);
        await UntilAsync(() => _time.Waits.Length == 1);

        await _store.DisposeAsync();

        Assert.Equal((EmbeddedStoreState.Stopped, 1, 0), (_store.State, _fake.Attempts, _time.Waits.Length));
    }

    private EmbeddedStore Create(EmbeddedStoreOptions options, string? executable)
    {
        var store = new EmbeddedStore(options, _time, (_, line) => _log.Enqueue(line), executable, _fake.Launch);
        store.Changed += _states.Enqueue;
        return store;
    }

    private async Task StartAsync()
    {
        Task<bool> started = _store.StartAsync(TestContext.Current.CancellationToken);
        (await ProcessAsync(0)).BeReady();
        Assert.True(await started);
    }

    private async Task<FakeStoreProcess> ProcessAsync(int number)
    {
        await UntilAsync(() => _fake.Launched.Count > number);
        return _fake.Launched[number];
    }

    /// <summary>Advances the clock once the store waits for exactly this.</summary>
    private async Task PassAsync(TimeSpan wait)
    {
        await UntilAsync(() => _time.Waits.Contains(wait));
        _time.Advance(wait);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!condition())
        {
            await Task.Delay(1, deadline.Token);
        }
    }
}

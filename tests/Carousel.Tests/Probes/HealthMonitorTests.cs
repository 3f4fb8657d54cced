using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using Carousel.Control.Probes;
using Carousel.Core.Config;
using Carousel.Core.Events;
using Carousel.Core.Health;
using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Carousel.Core.Telemetry;
using Carousel.Tests.Harness;
using Xunit;

namespace Carousel.Tests.Probes;

public sealed class HealthMonitorTests : IDisposable
{
    private static readonly ProbeResult Refused = ProbeResult.Failed(FailureReason.ConnectRefused);

    private readonly ManualTime _time = new();
    private readonly ConcurrentQueue<string> _reports = new();
    private readonly ConcurrentDictionary<string, Func<Task<ProbeResult?>>> _servers = new();
    private readonly ConcurrentDictionary<string, int> _probes = new();
    private readonly ConcurrentQueue<TaskCompletionSource<bool>> _pings = new();
    private readonly Pool _pool;
    private readonly PoolMembership _membership;
    private readonly HealthMonitor _monitor;

    public HealthMonitorTests()
    {
        _pool = Pool("10.0.0.1\n10.0.0.2 name=blue\n10.0.0.3");
        _membership = _pool.Membership;
        _monitor = new HealthMonitor(_membership, new HealthOptions(), ProbeAsync, PingAsync, _time, Report);
    }

    public void Dispose() => _monitor.Dispose();

    [Fact]
    public async Task StartAsync_AllUp_NothingIsReported()
    {
        await _monitor.StartAsync();
        await Until(() => _pool.Current.Primary.Ring.Count == 3 && _time.Waits.Length == 3);
        Assert.Empty(_reports);
    }

    [Fact]
    public async Task Probe_AnyResult_IsRecordedOnTheServer()
    {
        Server blue = _pool.Current.Servers[1];
        Assert.Null(blue.LastProbe);
        await _monitor.StartAsync();
        await Until(() => _pool.Current.Primary.Ring.Count == 3 && _time.Waits.Length == 3);
        DateTimeOffset good = blue.LastProbe!.At;
        Assert.Equal(("connection accepted", good), (blue.LastProbe.Text, blue.LastProbe.GoodAt));

        Respond("blue", Refused);
        await PassUntil(() => blue.LastProbe is { Result.IsGood: false, InARow: >= 3 });
        Assert.Equal(("connection refused", FailureReason.ConnectRefused), (blue.LastProbe.Text, blue.LastProbe.Result.Reason));
        Assert.True(blue.LastProbe.GoodAt >= good && blue.LastProbe.At > blue.LastProbe.GoodAt);
    }

    [Fact]
    public async Task StartAsync_NoneResponds_EndsAtTheLimit()
    {
        var silent = new TaskCompletionSource<ProbeResult?>();
        Array.ForEach(["10.0.0.1:80", "blue", "10.0.0.3:80"], name => _servers[name] = () => silent.Task);
        Task started = _monitor.StartAsync();
        await Until(() => _probes.Count == 3);
        Assert.False(started.IsCompleted);
        Assert.Equal(0, _pool.Current.Primary.Ring.Count);

        await PassAsync(HealthMonitor.StartLimit);
        await started;
        silent.SetResult(ProbeResult.Good);
        await Until(() => _pool.Current.Primary.Ring.Count == 3 && _time.Waits.Length == 3);
    }

    [Fact]
    public async Task StartAsync_OneIsUpAndOthersAreSilent_CompletesWithTheFirst()
    {
        var silent = new TaskCompletionSource<ProbeResult?>();
        Array.ForEach(["10.0.0.1:80", "10.0.0.3:80"], name => _servers[name] = () => silent.Task);
        await _monitor.StartAsync();
        Assert.Equal([1], _pool.Current.Primary.Ring.ToArray().Select(server => server.Slot));
        silent.SetResult(null);
    }

    [Fact]
    public async Task Server_FailsAndRecovers_ReturnsToItsPlace()
    {
        await _monitor.StartAsync();
        await Until(() => _pool.Current.Primary.Ring.Count == 3 && _time.Waits.Length == 3);
        Respond("blue", Refused);
        await PassUntil(() => _pool.Current.Primary.Ring.Count == 2);
        Assert.False(_pool.Current.TakesNewTraffic(_pool.Current.Servers[1]));
        Respond("blue", ProbeResult.Good);
        await PassUntil(() => _pool.Current.Primary.Ring.Count == 3);

        Assert.Equal([0, 1, 2], _pool.Current.Primary.Ring.ToArray().Select(server => server.Slot));
        Assert.Equal("server http://10.0.0.2:80 (blue) is down: connect-refused (3 probes)", _reports.First());
        Assert.StartsWith("server http://10.0.0.2:80 (blue) is up again after ", _reports.Last());
        Assert.Equal(2, _reports.Count);
    }

    [Fact]
    public async Task RequestProbe_Server_IsProbedImmediately()
    {
        await _monitor.StartAsync();
        await Until(() => _pool.Current.Primary.Ring.Count == 3 && _time.Waits.Length == 3);
        _monitor.RequestProbe(Blue);
        // The clock does not advance.
        await Until(() => _probes["blue"] == 2 && _time.Waits.Length == 3);
        Assert.Empty(_pings);
    }

    /// <summary>
    /// It may serve one request at a time: a missing response proves nothing, and no further connection enters its accept queue. It is picked last
    /// meanwhile, and no request has to find out.
    /// </summary>
    [Fact]
    public async Task Server_ResponsesOverdue_IsPingedOnceAndStaysUp()
    {
        await _monitor.StartAsync();
        await Until(() => _pool.Current.Primary.Ring.Count == 3 && _time.Waits.Length == 3);
        await OweAsync(Blue);
        int probes = _probes["blue"];
        await Until(() => _time.Waits.Length == 3);
        _time.Advance(TimeSpan.FromMinutes(10));
        await PassUntil(() => _probes["10.0.0.1:80"] > 3);
        Assert.Equal((1, probes), (_pings.Count, _probes["blue"]));
        Assert.True(Blue.Load.IsSuspect(NowMs));
        // Although the requests have ended.
        Blue.Load.Leave();
        Assert.True(Blue.Load.IsSuspect(NowMs));
        Assert.Equal(3, _pool.Current.Primary.Ring.Count);
        Assert.Empty(_reports);
    }

    /// <summary>The name resolves to another machine: whether that one serves is checked now.</summary>
    [Fact]
    public async Task Server_HasANewAddress_IsProbedImmediately()
    {
        await _monitor.StartAsync();
        await Until(() => _pool.Current.Primary.Ring.Count == 3 && _time.Waits.Length == 3);
        ImmutableArray<IPAddress> addresses = [IPAddress.Parse("10.0.7.1"), IPAddress.Parse("10.0.7.2")];
        _membership.SetAddresses("10.0.0.2", addresses);
        await Until(() => _probes["blue"] == 2 && _time.Waits.Length == 3);
        // A removed address is not new, nor is one of another server.
        _membership.SetAddresses("10.0.0.2", addresses[1..]);
        _membership.SetAddresses("10.0.0.2", addresses);
        await Until(() => _probes["blue"] == 3 && _time.Waits.Length == 3);
        Assert.Equal(1, _probes["10.0.0.1:80"]);
        Assert.Empty(_pings);
    }

    [Fact]
    public async Task Server_ProbeFails_ItsNameIsLookedUp()
    {
        await _monitor.StartAsync();
        await Until(() => _pool.Current.Primary.Ring.Count == 3 && _time.Waits.Length == 3);
        Assert.All(_pool.Current.Servers, server => Assert.False(server.TakeUnreachable()));
        Respond("blue", Refused);
        await PassUntil(() => _pool.Current.Primary.Ring.Count == 2);
        Assert.Equal([false, true, false], _pool.Current.Servers.Select(server => server.TakeUnreachable()));
        Assert.DoesNotContain(true, _pool.Current.Servers.Select(server => server.TakeUnreachable()));
    }

    [Fact]
    public async Task Server_PingSucceeds_OneTrialRequest()
    {
        await _monitor.StartAsync();
        await Until(() => _pool.Current.Primary.Ring.Count == 3 && _time.Waits.Length == 3);
        await OweAsync(Blue);
        _pings.First().SetResult(true);
        await Until(() => !Blue.Load.IsSuspect(NowMs));
        Assert.True(Blue.Load.TryEnter(NowMs));
        Assert.True(Blue.Load.IsSuspect(NowMs + 1));
        // A server that responds only to pings must not cost a request each time.
        _monitor.RequestProbe(Blue);
        await Until(() => _time.Waits.Length == 3);
        Assert.Single(_pings);
        await PassUntil(() => _pings.Count == 2);
        Blue.Load.OnResponse(1_000, NowMs + 1);
        await PassUntil(() => _probes["blue"] > 3);
        Assert.False(Blue.Load.IsSuspect(NowMs));
    }

    [Fact]
    public async Task Server_RespondsWhilePinged_IsProbedAgain()
    {
        await _monitor.StartAsync();
        await Until(() => _pool.Current.Primary.Ring.Count == 3 && _time.Waits.Length == 3);
        await OweAsync(Blue);
        int probes = _probes["blue"];
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Blue.Load.OnResponse(7_000_000, NowMs);
        Assert.False(Blue.Load.IsSuspect(NowMs));
        await PassUntil(() => _probes["blue"] > probes);
        Assert.True(_pings.First().Task.IsCanceled);
    }

    [Fact]
    public async Task Server_ConnectFailsWhileSuspect_IsDown()
    {
        await _monitor.StartAsync();
        await Until(() => _pool.Current.Primary.Ring.Count == 3 && _time.Waits.Length == 3);
        await OweAsync(Blue);
        Respond("blue", Refused);
        _pings.First().SetResult(false);
        await PassUntil(() => _pool.Current.Primary.Ring.Count == 2);
    }

    /// <summary>A server that responded to its probe is not pinged; one trial request checks whether it serves.</summary>
    [Fact]
    public async Task Server_SuspectButProbeSucceeds_OneTrialRequest()
    {
        using var monitor = new HealthMonitor(_membership, new HealthOptions { Path = "/healthz" }, ProbeAsync, PingAsync, _time, Report);
        await monitor.StartAsync();
        await Until(() => _pool.Current.Primary.Ring.Count == 3 && _time.Waits.Length == 3);
        Assert.True(Blue.Load.TryEnter(NowMs));
        Assert.True(Blue.Load.IsSuspect(NowMs + ServerLoad.MinSuspectAfterMs + 1));
        // A probe may be due before the server becomes suspect.
        _time.Advance(TimeSpan.FromMilliseconds(ServerLoad.MinSuspectAfterMs + 1));
        monitor.RequestProbe(Blue);
        await Until(() => !Blue.Load.IsSuspect(NowMs));
        Assert.True(Blue.Load.TryEnter(NowMs));
        Assert.True(Blue.Load.IsSuspect(NowMs + 1));
        Assert.Empty(_pings);
    }

    /// <summary>Its ejection time is over and no request arrives: the probe is the trial, and slow start begins then.</summary>
    [Fact]
    public async Task Server_EjectedAndProbesSucceed_IsBackWithoutARequest()
    {
        await _monitor.StartAsync();
        await Until(() => _pool.Current.Primary.Ring.Count == 3 && _time.Waits.Length == 3);
        Blue.Load.Breaker.Open(Blue.Load.Breaker.Epoch, new OutlierOptions { FirstTime = TimeSpan.FromSeconds(5) }, NowMs);
        long due = NowMs + 5_000;
        await PassUntil(() => Blue.Load.Breaker.State == CircuitState.Closed);
        Assert.InRange(NowMs, due, due + 3_000);
        Assert.Equal("server http://10.0.0.2:80 (blue) is back: a probe succeeded", Assert.Single(_reports));
    }

    /// <summary>A local failure to probe is not a failure of the server.</summary>
    [Fact]
    public async Task Server_NotProbed_KeepsItsState()
    {
        await _monitor.StartAsync();
        await Until(() => _pool.Current.Primary.Ring.Count == 3 && _time.Waits.Length == 3);
        _servers["blue"] = () => Task.FromResult<ProbeResult?>(null);
        int before = _probes["blue"];
        await PassUntil(() => _probes["blue"] > before + 5);
        Assert.Equal(3, _pool.Current.Primary.Ring.Count);
        Assert.Empty(_reports);
    }

    [Fact]
    public async Task Server_ProbeThrows_IsProbedAgain()
    {
        _servers["blue"] = () => throw new InvalidOperationException();
        await _monitor.StartAsync();
        await PassUntil(() => !_reports.IsEmpty);
        Assert.Equal("server http://10.0.0.2:80 (blue) is down: InvalidOperationException (3 probes)", _reports.First());
        Respond("blue", ProbeResult.Good);
        await PassUntil(() => _pool.Current.Primary.Ring.Count == 3);
    }

    [Fact]
    public async Task Pool_ServersAddedAndRemoved_StateStaysAndNewServersAreProbed()
    {
        Respond("blue", Refused);
        await _monitor.StartAsync();
        await PassUntil(() => !_reports.IsEmpty && _pool.Current.Primary.Ring.Count == 2);

        Server leaving = _pool.Current.Servers[2];
        _membership.Apply(ServersParser.Parse("10.0.0.9\n10.0.0.2 name=blue\n10.0.0.1").Servers);
        await PassUntil(() => _pool.Current.Primary.Ring.Count == 2 && _pool.Current.TakesNewTraffic(_pool.Current.Servers[0]));
        int whileLeaving = _probes["10.0.0.3:80"];
        await PassUntil(() => _probes["10.0.0.3:80"] > whileLeaving);
        _membership.Forget(leaving);
        Respond("blue", ProbeResult.Good);
        await PassUntil(() => _pool.Current.Primary.Ring.Count == 3);
        Assert.Equal([3, 0, 1], _pool.Current.Primary.Ring.ToArray().Select(server => server.Slot));
        // A new server would have come up unreported.
        Assert.StartsWith("server http://10.0.0.2:80 (blue) is up after ", _reports.Last());
        await PassUntil(() => _time.Waits.Length == 3);
        int ofTheOneThatLeft = _probes["10.0.0.3:80"];
        int ofAnother = _probes["10.0.0.9:80"];
        await PassUntil(() => _probes["10.0.0.9:80"] > ofAnother + 3);
        Assert.Equal(ofTheOneThatLeft, _probes["10.0.0.3:80"]);
    }

    [Fact]
    public async Task Servers_Thousands_AreProbedAFewAtOnce()
    {
        const int servers = 3000;
        Pool pool = Pool(string.Join('\n', Enumerable.Range(0, servers).Select(i => $"10.1.{i / 250}.{i % 250}")));
        int now = 0, most = 0;
        var gate = new TaskCompletionSource();
        using var monitor = new HealthMonitor(pool.Membership, new HealthOptions(), async (_, _, _) =>
        {
            InterlockedMax(ref most, Interlocked.Increment(ref now));
            await gate.Task;
            Interlocked.Decrement(ref now);
            return ProbeResult.Good;
        }, PingAsync, _time, Report);
        Task started = monitor.StartAsync();
        await Until(() => Volatile.Read(ref now) == HealthMonitor.MaxAtOnce);
        gate.SetResult();
        await Until(() => pool.Current.Primary.Ring.Count == servers);
        await started;
        Assert.Equal(HealthMonitor.MaxAtOnce, most);
    }

    /// <summary>A failed rack: the probes of its servers hang, and the one server that is up is probed as before.</summary>
    [Fact]
    public async Task Servers_HundredsHangWhileDown_OthersAreProbedAsBefore()
    {
        const int dead = 300;
        Pool pool = Pool(string.Join('\n', Enumerable.Range(0, dead).Select(i => $"10.1.{i / 250}.{i % 250}").Append("10.2.0.1 name=alive")));
        var never = new TaskCompletionSource<ProbeResult?>();
        var probed = new ConcurrentDictionary<string, int>();
        using var monitor = new HealthMonitor(pool.Membership, new HealthOptions { Fall = 1 }, (server, _, _) =>
        {
            int count = probed.AddOrUpdate(server.Entry.Name, 1, (_, count) => count + 1);
            return server.Entry.Name == "alive" ? Task.FromResult<ProbeResult?>(ProbeResult.Good)
                : count == 1 ? Task.FromResult<ProbeResult?>(Refused)
                : never.Task;
        }, PingAsync, _time, Report);
        await monitor.StartAsync();
        await PassUntil(() => probed.Count == dead + 1 && probed.Values.Count(count => count > 1) > HealthMonitor.MaxOfDownAtOnce);
        int before = probed["alive"];
        await PassUntil(() => probed["alive"] > before + 5);
        Assert.Equal(HealthMonitor.MaxOfDownAtOnce, probed.Count(server => server.Key != "alive" && server.Value > 1));
    }

    [Fact]
    public async Task Dispose_EndsTheProbes()
    {
        await _monitor.StartAsync();
        await Until(() => _pool.Current.Primary.Ring.Count == 3 && _time.Waits.Length == 3);
        _monitor.Dispose();
        await Until(() => _time.Waits.Length == 0);
        Assert.Equal(3, _pool.Current.Primary.Ring.Count);
    }

    private Server Blue => _pool.Current.Servers[1];

    private long NowMs => (long)_time.GetElapsedTime(0).TotalMilliseconds;

    /// <summary>A request without a response makes the server suspect, and the monitor is notified.</summary>
    private async Task OweAsync(Server server)
    {
        Assert.True(server.Load.TryEnter(NowMs));
        _time.Advance(TimeSpan.FromMilliseconds(ServerLoad.MinSuspectAfterMs + 1));
        _monitor.RequestProbe(server);
        await PassUntil(() => !_pings.IsEmpty);
    }

    private Task<bool> PingAsync(Server server, ImmutableArray<IPEndPoint> endPoints, CancellationToken stop)
    {
        var ping = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        stop.Register(() => ping.TrySetCanceled(stop));
        _pings.Enqueue(ping);
        return ping.Task;
    }

    private void Report(Server server, EventLevel level, string what) => _reports.Enqueue($"server {server.Entry.Label} {what}");

    private Pool Pool(string text) => TestPool.Of(text, TestPool.Probed, _time);

    private static void InterlockedMax(ref int most, int value)
    {
        for (int seen = most; value > seen; seen = most)
        {
            Interlocked.CompareExchange(ref most, value, seen);
        }
    }

    private Task<ProbeResult?> ProbeAsync(Server server, ImmutableArray<IPEndPoint> endPoints, CancellationToken stop)
    {
        Assert.NotEmpty(endPoints);
        Assert.All(endPoints, endPoint => Assert.Equal(server.Entry.Address.Port, endPoint.Port));
        _probes.AddOrUpdate(server.Entry.Name, 1, (_, count) => count + 1);
        return _servers.GetValueOrDefault(server.Entry.Name, () => Task.FromResult<ProbeResult?>(ProbeResult.Good))();
    }

    private void Respond(string name, ProbeResult result) => _servers[name] = () => Task.FromResult<ProbeResult?>(result);

    /// <summary>Advances the clock once something waits for exactly this.</summary>
    private async Task PassAsync(TimeSpan wait)
    {
        await Until(() => _time.Waits.Contains(wait));
        _time.Advance(wait);
    }

    /// <summary>Advances the clock in small steps until the condition holds.</summary>
    private Task PassUntil(Func<bool> condition) => Until(() =>
    {
        _time.Advance(TimeSpan.FromMilliseconds(50));
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

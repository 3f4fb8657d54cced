using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Carousel.Control.Discovery;
using Carousel.Core.Config;
using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Carousel.Tests.Harness;
using Xunit;

namespace Carousel.Tests.Discovery;

public sealed class NameResolverTests : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    private readonly ManualTime _time = new();
    private readonly ConcurrentDictionary<string, Func<Task<IPAddress[]>>> _names = new();
    private readonly ConcurrentQueue<string> _reports = new();
    private readonly ConcurrentQueue<string> _asked = new();
    private readonly Pool _pool =
        TestPool.Of("http://api:1\nhttp://api:2\nhttp://10.9.9.9\nhttp://web");

    private readonly PoolMembership _membership;
    private readonly NameResolver _resolver;

    public NameResolverTests()
    {
        _membership = _pool.Membership;
        _resolver = new NameResolver(_membership, Resolve, _time, Interval, (_, line) => _reports.Enqueue(line));
        Respond("api", "10.0.0.1", "fd00::1");
        Respond("web", "10.0.0.2");
    }

    public void Dispose() => _resolver.Dispose();

    [Fact]
    public async Task StartAsync_AllResolve_AllInTheRing()
    {
        await _resolver.StartAsync();

        Assert.Equal(["api", "web"], _asked.Order());
        Assert.Equal(4, _pool.Current.Primary.Ring.Count);
        Assert.Equal([IPEndPoint.Parse("10.0.0.1:1"), IPEndPoint.Parse("[fd00::1]:1")], _pool.Current.EndPoints(_pool.Current.Servers[0]));
        Assert.Equal([IPEndPoint.Parse("10.0.0.1:2"), IPEndPoint.Parse("[fd00::1]:2")], _pool.Current.EndPoints(_pool.Current.Servers[1]));
        Assert.Equal([IPEndPoint.Parse("10.9.9.9:80")], _pool.Current.EndPoints(_pool.Current.Servers[2]));
        Assert.Empty(_reports);
    }

    [Fact]
    public async Task StartAsync_NameDoesNotResolve_ServerIsDownUntilItDoes()
    {
        Fail("web", SocketError.HostNotFound);
        await _resolver.StartAsync();
        Assert.Equal(3, _pool.Current.Primary.Ring.Count);
        Assert.Empty(_pool.Current.EndPoints(_pool.Current.Servers[3]));

        Respond("web", "10.0.0.2");
        await Pass(NameState.FirstRetry);

        await Until(() => _pool.Current.Primary.Ring.Count == 4);
        Assert.Equal([IPEndPoint.Parse("10.0.0.2:80")], _pool.Current.EndPoints(_pool.Current.Servers[3]));
        Assert.Equal([0, 1, 2, 3], _pool.Current.Primary.Ring.ToArray().Select(server => server.Slot));
        Assert.Equal(["web does not resolve: its servers are down until it does", "web resolves to 10.0.0.2"], _reports);
    }

    [Fact]
    public async Task StartAsync_SlowName_WaitIsLimited()
    {
        var slow = new TaskCompletionSource<IPAddress[]>();
        _names["web"] = () => slow.Task;
        Task started = _resolver.StartAsync();
        await Until(() => _asked.Count == 2);
        Assert.False(started.IsCompleted);

        await Pass(NameResolver.FirstPassLimit);
        await started;
        await Until(() => _pool.Current.Primary.Ring.Count == 3);

        slow.SetResult([IPAddress.Parse("10.0.0.2")]);
        await Until(() => _pool.Current.Primary.Ring.Count == 4);
    }

    [Fact]
    public async Task Lookup_NameDisappears_ItsServersLeaveTheRing()
    {
        await _resolver.StartAsync();
        Fail("api", SocketError.HostNotFound);
        await Pass(Interval, timers: 2);

        await Until(() => _pool.Current.Primary.Ring.Count == 2);
        Assert.Empty(_pool.Current.EndPoints(_pool.Current.Servers[0]));
        Assert.Empty(_pool.Current.EndPoints(_pool.Current.Servers[1]));

        Respond("api", "10.0.0.3");
        await Pass(NameState.FirstRetry);

        await Until(() => _pool.Current.Primary.Ring.Count == 4);
        Assert.Equal([0, 1, 2, 3], _pool.Current.Primary.Ring.ToArray().Select(server => server.Slot));
        Assert.Equal([IPEndPoint.Parse("10.0.0.3:1")], _pool.Current.EndPoints(_pool.Current.Servers[0]));
    }

    [Fact]
    public async Task Lookup_NothingChanged_PublishesNothing()
    {
        await _resolver.StartAsync();
        PoolSnapshot before = _pool.Current;
        Respond("api", "fd00::1", "10.0.0.1");
        Fail("web", SocketError.TryAgain);
        await Pass(Interval, timers: 2);

        // Both were looked up again and wait for the next lookup.
        await Until(() => _asked.Count == 4 && _time.Waits.Contains(Interval) && _time.Waits.Contains(NameState.FirstRetry));
        Assert.Same(before, _pool.Current);
        Assert.Equal(["lookup of web failed (TryAgain): the last known addresses stay in use"], _reports);
    }

    [Fact]
    public async Task Lookup_ResolverThrows_Continues()
    {
        _names["web"] = () => throw new InvalidOperationException();
        await _resolver.StartAsync();
        Respond("web", "10.0.0.2");
        await Pass(NameState.FirstRetry);

        await Until(() => _pool.Current.Primary.Ring.Count == 4);
        Assert.Equal("lookup of web failed (InvalidOperationException): its servers are down until it succeeds", _reports.First());
    }

    [Fact]
    public async Task Pool_NamesAddedAndRemoved_NewOnesAreLookedUpAndOldOnesDropped()
    {
        await _resolver.StartAsync();
        Respond("new", "10.0.0.7");
        Apply("http://api:1\nhttp://new\nhttp://10.9.9.9");
        await Until(() => _pool.Current.Primary.Ring.Count == 3);
        Assert.Equal([IPEndPoint.Parse("10.0.0.7:80")], _pool.Current.EndPoints(_pool.Current.Servers.Single(server => server.Entry.Address.Host == "new")));
        // A draining server still serves its sessions until it is removed.
        await Until(() => _time.Waits.Length == 3);
        Assert.Equal(["api", "new", "web"], _asked.Order());
        ForgetLeaving();
        await Until(() => _time.Waits.Length == 2);
        await Pass(Interval, timers: 2);
        await Until(() => _asked.Count == 5 && _time.Waits.Length == 2);
        Assert.Equal(["api", "api", "new", "new", "web"], _asked.Order());
    }

    /// <summary>Its known addresses may be out of date.</summary>
    [Fact]
    public async Task Pool_NameAddedAgain_IsLookedUpImmediately()
    {
        await _resolver.StartAsync();
        Apply("http://10.9.9.9");
        ForgetLeaving();
        Apply("http://10.9.9.9\nhttp://web");
        await Until(() => _pool.Current.Primary.Ring.Count == 2);
        Assert.Equal(["api", "web", "web"], _asked.Order());
        Assert.Empty(_reports);
    }

    /// <summary>A recreated container: its server can't be connected, and its name has a new address.</summary>
    [Fact]
    public async Task LookUpSoon_WithinTheInterval_LooksUpAtMostOnceASecond()
    {
        await _resolver.StartAsync();
        await Until(() => _time.Waits.Count(wait => wait == Interval) == 2);
        Respond("web", "10.0.0.9");
        _time.Advance(TimeSpan.FromSeconds(5));
        _resolver.LookUpSoon("web");
        _resolver.LookUpSoon("10.9.9.9");
        // The clock does not advance.
        await Until(() => _pool.Current.EndPoints(_pool.Current.Servers[3])[0].Address.Equals(IPAddress.Parse("10.0.0.9")));
        await Until(() => _time.Waits.Contains(Interval));
        Assert.Equal(["api", "web", "web"], _asked.Order());

        for (int i = 0; i < 10; i++)
        {
            _resolver.LookUpSoon("web");
        }
        await Pass(WatchedName.LeastPause);
        await Until(() => _asked.Count == 4 && _time.Waits.Contains(Interval));
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(["api", "web", "web", "web"], _asked.Order());
    }

    /// <summary>The running lookup may have been resolved before the request, so another one follows.</summary>
    [Fact]
    public async Task LookUpSoon_DuringALookup_AnotherFollowsASecondLater()
    {
        var slow = new TaskCompletionSource<IPAddress[]>();
        _names["web"] = () => slow.Task;
        Task started = _resolver.StartAsync();
        await Until(() => _asked.Count == 2);
        _resolver.LookUpSoon("web");
        slow.SetResult([IPAddress.Parse("10.0.0.2")]);
        await started;
        await Pass(WatchedName.LeastPause);
        await Until(() => _asked.Count == 3);
        Assert.Equal(["api", "web", "web"], _asked.Order());
    }

    [Fact]
    public async Task Lookup_ManyHang_ConcurrencyIsLimited()
    {
        const int more = 10;
        var slow = new TaskCompletionSource<IPAddress[]>();
        string[] names = [.. Enumerable.Range(0, NameResolver.MaxAtOnce + more).Select(i => $"name-{i}")];
        Array.ForEach(names, name => _names[name] = () => slow.Task);
        Apply(string.Join('\n', names.Select(name => $"http://{name}")));
        ForgetLeaving();
        Task started = _resolver.StartAsync();
        await Until(() => _asked.Count == NameResolver.MaxAtOnce);
        slow.SetResult([IPAddress.Parse("10.0.0.2")]);
        await started;
        Assert.Equal(names.Order(), _asked.Order());
    }

    [Fact]
    public async Task Dispose_EndsTheLookups()
    {
        await _resolver.StartAsync();
        await Until(() => _time.Waits.Length == 2);

        _resolver.Dispose();

        await Until(() => _time.Waits.Length == 0);
        Assert.Equal(2, _asked.Count);
    }

    private void Apply(string text) => _membership.Apply(ServersParser.Parse(text).Servers);

    private void ForgetLeaving()
    {
        foreach (Server server in _pool.Current.Servers)
        {
            _membership.Forget(server);
        }
    }

    private Task<IPAddress[]> Resolve(string host, CancellationToken stop)
    {
        _asked.Enqueue(host);
        return _names[host]();
    }

    private void Respond(string host, params string[] addresses) =>
        _names[host] = () => Task.FromResult(Array.ConvertAll(addresses, IPAddress.Parse));

    private void Fail(string host, SocketError error) => _names[host] = () => throw new SocketException((int)error);

    /// <summary>Advances the clock once this number of lookups wait for exactly this.</summary>
    private async Task Pass(TimeSpan wait, int timers = 1)
    {
        await Until(() => _time.Waits.Count(w => w == wait) >= timers);
        _time.Advance(wait);
    }

    private static async Task Until(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!condition())
        {
            await Task.Delay(1, deadline.Token);
        }
    }
}

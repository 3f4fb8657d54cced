using System.Net;
using Carousel.Control.Supervision;
using Carousel.Core.Events;
using Carousel.Core.Pools;

namespace Carousel.Control.Discovery;

/// <summary>
/// Keeps the addresses of servers given by name up to date. All names are looked up in parallel, each on its own schedule: earlier while it does not
/// resolve, or when a server can't be reached (<see cref="LookUpSoon"/>). New names in the pool are looked up immediately; names that no server has any
/// more are dropped. Workers never wait for a lookup. Servers given by address are ignored.
/// </summary>
/// <param name="membership">Receives changed addresses.</param>
/// <param name="resolve">Looks a name up; called on pool threads, concurrently.</param>
/// <param name="time">Clock for all delays.</param>
/// <param name="interval">Lookup interval of a name that resolves.</param>
/// <param name="report">Receives a log line about each change; called on pool threads.</param>
public sealed class NameResolver(PoolMembership membership, ResolveName resolve, TimeProvider time, TimeSpan interval, ReportEvent report)
    : PoolFollower(membership.Pool)
{
    /// <summary>How long startup waits for lookups. Servers with slower names join the ring once they resolve.</summary>
    public static readonly TimeSpan FirstPassLimit = TimeSpan.FromSeconds(2);

    /// <summary>Maximum number of concurrent lookups: each blocks a pool thread (getaddrinfo is synchronous). Further ones wait.</summary>
    internal const int MaxAtOnce = 64;

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _places = new(MaxAtOnce);
    private readonly Dictionary<string, WatchedName> _watched = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _firstLookups = [];
    private int _allowedThreads;

    /// <summary>
    /// Starts the lookups; call once. The task completes when every name has been tried, or after <see cref="FirstPassLimit"/>; lookups continue.
    /// </summary>
    public async Task StartAsync()
    {
        Follow();
        Task firstLookups;
        lock (_gate)
        {
            firstLookups = Task.WhenAll(_firstLookups);
        }
        try
        {
            await firstLookups.WaitAsync(FirstPassLimit, time, _stop.Token).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Slow lookups continue in the background.
        }
    }

    /// <summary>
    /// A server of this name can't be reached, so the name may have new addresses: looks it up immediately, or a second after its last lookup. Does nothing
    /// for an address. Any thread.
    /// </summary>
    public void LookUpSoon(string host)
    {
        lock (_gate)
        {
            _watched.GetValueOrDefault(host)?.LookUpSoon();
        }
    }

    /// <summary>Stops all lookups. Published addresses stay.</summary>
    public override void Dispose()
    {
        base.Dispose();
        _stop.Cancel();
        lock (_gate)
        {
            foreach (WatchedName name in _watched.Values)
            {
                name.Dispose();
            }
            _watched.Clear();
        }
    }

    /// <summary>Follows the names in the pool.</summary>
    protected override void OnUpdate(PoolUpdate update)
    {
        if (update.Added.IsEmpty && update.Removed.IsEmpty)
        {
            return;
        }
        lock (_gate)
        {
            if (_stop.IsCancellationRequested)
            {
                return;
            }
            HashSet<string> names = [.. update.After.Servers.Select(server => server.Entry.Address.Host).Where(host => !IPAddress.TryParse(host, out _))];
            foreach (WatchedName removed in _watched.Values.Where(watched => !names.Contains(watched.Host)).ToArray())
            {
                _watched.Remove(removed.Host);
                removed.Dispose();
            }
            AllowBlockedThreads_NeedsLock(names.Count);
            foreach (string name in names.Where(name => !_watched.ContainsKey(name)))
            {
                Watch_NeedsLock(name);
            }
        }
    }

    /// <summary>Starts the lookup loop of one name.</summary>
    private void Watch_NeedsLock(string host)
    {
        var name = new WatchedName(host);
        _watched.Add(host, name);
        var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = Supervisor.OfProcess.Run("names", () => LookUpForever(name, first), time, name.Stop);
        _firstLookups.RemoveAll(lookup => lookup.IsCompleted);
        _firstLookups.Add(first.Task);
    }

    private async Task LookUpForever(WatchedName name, TaskCompletionSource first)
    {
        var state = new NameState(name.Host, interval);
        try
        {
            while (true)
            {
                NameStep step = state.Take(await LookUp(name).ConfigureAwait(false));
                if (step.Changed)
                {
                    membership.SetAddresses(name.Host, state.Addresses);
                }
                if (step.Message is not null)
                {
                    report(state.Level, step.Message);
                }
                first.TrySetResult();
                await name.WaitAsync(step.Wait, time).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            first.TrySetResult();
        }
    }

    private async Task<Resolution> LookUp(WatchedName name)
    {
        await _places.WaitAsync(name.Stop).ConfigureAwait(false);
        try
        {
            return await SystemResolver.Ask(resolve, name.Host, name.Stop).ConfigureAwait(false);
        }
        finally
        {
            _places.Release();
        }
    }

    /// <summary>Otherwise the pool starts with one thread per core and adds one or two a second: a few dead names would delay all others.</summary>
    private void AllowBlockedThreads_NeedsLock(int names)
    {
        int more = Math.Min(names, MaxAtOnce) - _allowedThreads;
        if (more > 0)
        {
            _allowedThreads += more;
            ThreadPool.GetMinThreads(out int workers, out int completion);
            ThreadPool.SetMinThreads(workers + more, completion);
        }
    }
}

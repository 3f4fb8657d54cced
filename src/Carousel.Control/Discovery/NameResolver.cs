using System.Collections.Immutable;
using System.Net;
using Carousel.Control.Supervision;
using Carousel.Core.Pool;
using Carousel.Core.Telemetry;

namespace Carousel.Control.Discovery;

/// <summary>
/// Keeps the addresses of servers that are given by name up to date: looks all names up in parallel, and each again on its own schedule,
/// sooner while it does not resolve, or when a server can't be reached (<see cref="LookUpSoon"/>). Names that come into the pool are looked up at once, those
/// that nobody has any more are not. No worker ever waits for a name. Servers given as addresses are none of its business.
/// </summary>
/// <param name="membership">Takes the addresses, when they changed.</param>
/// <param name="resolve">Looks a name up; called from pool threads, concurrently.</param>
/// <param name="time">The clock that the waits go by.</param>
/// <param name="interval">Between two lookups of a name that resolves.</param>
/// <param name="report">Takes a line for people about each change; called from pool threads.</param>
public sealed class NameResolver(PoolMembership membership, ResolveName resolve, TimeProvider time, TimeSpan interval, ReportEvent report) : IDisposable
{
    /// <summary>How long a start waits for names. Names that take longer come into the ring when they are there.</summary>
    public static readonly TimeSpan FirstPassLimit = TimeSpan.FromSeconds(2);

    /// <summary>A lookup blocks a thread of the runtime's pool (getaddrinfo has no other way): this many may, before they queue.</summary>
    internal const int MaxAtOnce = 64;

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _places = new(MaxAtOnce);
    private readonly Dictionary<string, WatchedName> _watched = [];
    private readonly CancellationTokenSource _stop = new();
    private ImmutableArray<Server> _followed;
    private int _allowedThreads;

    /// <summary>
    /// Starts looking up, once. The task ends when every name has been tried, or <see cref="FirstPassLimit"/> is over; lookups go on.
    /// </summary>
    public async Task StartAsync()
    {
        Task[] firstLookups = Follow();
        membership.Pool.Changed += FollowChange;
        FollowChange();
        try
        {
            await Task.WhenAll(firstLookups).WaitAsync(FirstPassLimit, time, _stop.Token).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The slow ones go on by themselves.
        }
    }

    /// <summary>
    /// A server of this name can't be reached, so the name may lead elsewhere by now: it is looked up at once, or a second after its last lookup. Does nothing
    /// for an address. Any thread.
    /// </summary>
    public void LookUpSoon(string host)
    {
        lock (_gate)
        {
            _watched.GetValueOrDefault(host)?.LookUpSoon();
        }
    }

    /// <summary>Ends all lookups. What was published stays.</summary>
    public void Dispose()
    {
        membership.Pool.Changed -= FollowChange;
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

    private void FollowChange() => Follow();

    /// <summary>Looks up the names that the pool has now, and no others. The first lookups of those that are new.</summary>
    private Task[] Follow()
    {
        lock (_gate)
        {
            ImmutableArray<Server> servers = membership.Pool.Current.Servers;
            if (servers == _followed || _stop.IsCancellationRequested)
            {
                return [];
            }
            _followed = servers;
            HashSet<string> names = [.. servers.Select(server => server.Entry.Address.Host).Where(host => !IPAddress.TryParse(host, out _))];
            foreach (WatchedName gone in _watched.Values.Where(watched => !names.Contains(watched.Host)).ToArray())
            {
                _watched.Remove(gone.Host);
                gone.Dispose();
            }
            AllowBlockedThreads_NeedsLock(names.Count);
            return [.. names.Where(name => !_watched.ContainsKey(name)).Select(Watch_NeedsLock)];
        }
    }

    /// <summary>Starts the loop of one name; the task ends with its first lookup.</summary>
    private Task Watch_NeedsLock(string host)
    {
        var name = new WatchedName(host);
        _watched.Add(host, name);
        var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = Supervisor.OfProcess.Run("names", () => LookUpForever(name, first), time, name.Stop);
        return first.Task;
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

    /// <summary>Else the pool would start with a thread a core and add one or two a second: a few dead names would hold up all others.</summary>
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

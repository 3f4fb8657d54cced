using System.Collections.Immutable;
using System.Net;
using Carousel.Control.Supervision;
using Carousel.Core.Pool;
using Carousel.Core.Telemetry;

namespace Carousel.Control.Discovery;

/// <summary>
/// Keeps the addresses of servers that are given by name up to date: looks all names up in parallel, and each again on its own schedule,
/// sooner while it does not resolve. Names that come into the pool are looked up at once, those that nobody has any more are not. No worker ever waits for a
/// name. Servers given as addresses are none of its business.
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
    internal const int MaxBlockedThreads = 64;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, CancellationTokenSource> _watched = [];
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

    /// <summary>Ends all lookups. What was published stays.</summary>
    public void Dispose()
    {
        membership.Pool.Changed -= FollowChange;
        _stop.Cancel();
        lock (_gate)
        {
            foreach (CancellationTokenSource stop in _watched.Values)
            {
                stop.Cancel();
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
            foreach ((string name, CancellationTokenSource stop) in _watched.Where(watched => !names.Contains(watched.Key)).ToArray())
            {
                _watched.Remove(name);
                // Not here and now: this thread is publishing.
                _ = stop.CancelAsync();
            }
            AllowBlockedThreads_NeedsLock(names.Count);
            return [.. names.Where(name => !_watched.ContainsKey(name)).Select(Watch_NeedsLock)];
        }
    }

    /// <summary>Starts the loop of one name; the task ends with its first lookup.</summary>
    private Task Watch_NeedsLock(string host)
    {
        var stop = new CancellationTokenSource();
        _watched.Add(host, stop);
        var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = Supervisor.OfProcess.Run("names", () => LookUpForever(host, first, stop.Token), time, stop.Token);
        return first.Task;
    }

    private async Task LookUpForever(string host, TaskCompletionSource first, CancellationToken stop)
    {
        var state = new NameState(host, interval);
        try
        {
            while (true)
            {
                NameStep step = state.Take(await SystemResolver.Ask(resolve, host, stop).ConfigureAwait(false));
                if (step.Changed)
                {
                    membership.SetAddresses(host, state.Addresses);
                }
                if (step.Message is not null)
                {
                    report(state.Level, step.Message);
                }
                first.TrySetResult();
                await Task.Delay(step.Wait, time, stop).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            first.TrySetResult();
        }
    }

    /// <summary>Else the pool would start with a thread a core and add one or two a second: a few dead names would hold up all others.</summary>
    private void AllowBlockedThreads_NeedsLock(int names)
    {
        int more = Math.Min(names, MaxBlockedThreads) - _allowedThreads;
        if (more > 0)
        {
            _allowedThreads += more;
            ThreadPool.GetMinThreads(out int workers, out int completion);
            ThreadPool.SetMinThreads(workers + more, completion);
        }
    }
}

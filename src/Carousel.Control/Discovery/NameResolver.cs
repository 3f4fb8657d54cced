using System.Net;
using Carousel.Core.Pool;

namespace Carousel.Control.Discovery;

/// <summary>
/// Keeps the addresses of servers that are given by name up to date: looks all names up in parallel, and each again on its own schedule,
/// sooner while it does not resolve. No worker ever waits for a name. Servers given as addresses are none of its business.
/// </summary>
/// <param name="membership">Takes the addresses, when they changed.</param>
/// <param name="resolve">Looks a name up; called from pool threads, concurrently.</param>
/// <param name="time">The clock that the waits go by.</param>
/// <param name="interval">Between two lookups of a name that resolves.</param>
/// <param name="report">Takes a line for people about each change; called from pool threads.</param>
public sealed class NameResolver(PoolMembership membership, ResolveName resolve, TimeProvider time, TimeSpan interval, Action<string> report) : IDisposable
{
    /// <summary>How long a start waits for names. Names that take longer come into the ring when they are there.</summary>
    public static readonly TimeSpan FirstPassLimit = TimeSpan.FromSeconds(2);

    /// <summary>A lookup blocks a thread of the runtime's pool (getaddrinfo has no other way): this many may, before they queue.</summary>
    private const int MaxBlockedThreads = 64;

    private readonly CancellationTokenSource _stop = new();

    /// <summary>
    /// Starts looking up, once. The task ends when every name has been tried, or <see cref="FirstPassLimit"/> is over; lookups go on.
    /// </summary>
    public async Task StartAsync()
    {
        IEnumerable<string> hosts = membership.Pool.Current.Servers.Select(server => server.Entry.Address.Host).Distinct();
        string[] names = [.. hosts.Where(host => !IPAddress.TryParse(host, out _))];
        if (names.Length == 0)
        {
            return;
        }
        AllowBlockedThreads(names.Length);
        Task[] firstLookups = [.. names.Select(Watch)];
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
    public void Dispose() => _stop.Cancel();

    /// <summary>Starts the loop of one name; the task ends with its first lookup.</summary>
    private Task Watch(string host)
    {
        var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = Task.Run(() => LookUpForever(host, first));
        return first.Task;
    }

    private async Task LookUpForever(string host, TaskCompletionSource first)
    {
        var state = new NameState(host, interval);
        try
        {
            while (true)
            {
                NameStep step = state.Take(await SystemResolver.Ask(resolve, host, _stop.Token).ConfigureAwait(false));
                if (step.Changed)
                {
                    membership.SetAddresses(host, state.Addresses);
                }
                if (step.Message is not null)
                {
                    report(step.Message);
                }
                first.TrySetResult();
                await Task.Delay(step.Wait, time, _stop.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            first.TrySetResult();
        }
    }

    /// <summary>Else the pool would start with a thread a core and add one or two a second: a few dead names would hold up all others.</summary>
    private static void AllowBlockedThreads(int names)
    {
        ThreadPool.GetMinThreads(out int workers, out int completion);
        ThreadPool.SetMinThreads(Math.Max(workers, Math.Min(names, MaxBlockedThreads) + workers), completion);
    }
}

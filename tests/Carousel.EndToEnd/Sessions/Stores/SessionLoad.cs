using System.Collections.Concurrent;
using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Sessions.Stores;

/// <summary>
/// Clients that send requests repeatedly, each time together with one new session, until stopped. Every response must be a 200 with the right session, and no
/// client gets a second cookie.
/// </summary>
internal sealed class SessionLoad : IDisposable
{
    private readonly Balancer _balancer;
    private readonly Task[] _clients;
    private readonly Task _anyEnds;
    private volatile bool _enough;
    private int _rounds;

    public SessionLoad(Balancer balancer, int clients)
    {
        _balancer = balancer;
        _clients = [.. Enumerable.Range(0, clients).Select(_ => RunAsync())];
        _anyEnds = Task.WhenAny(_clients);
    }

    public int Rounds => Volatile.Read(ref _rounds);

    /// <summary>Ids of sessions with one request, roughly in order of arrival.</summary>
    public ConcurrentQueue<string> NewSessions { get; } = new();

    /// <summary>The number of requests of each returning session, by its id.</summary>
    public ConcurrentDictionary<string, int> Requests { get; } = new();

    /// <summary>Waits for N more rounds.</summary>
    public Task RoundsAsync(int more)
    {
        int from = Rounds;
        return Deadlines.UntilAsync(() => Rounds >= from + more || _anyEnds.IsCompleted, () => Rounds, $"{more} rounds of load");
    }

    /// <summary>Waits while the load runs. A failed response ends the wait; <see cref="EndAsync"/> reports it.</summary>
    public Task UntilAsync(Func<bool> condition, string what) => Deadlines.UntilAsync(() => condition() || _anyEnds.IsCompleted, what);

    /// <summary>Ends the load; throws if any response was wrong.</summary>
    public async Task EndAsync()
    {
        _enough = true;
        await Task.WhenAll(_clients);
    }

    public void Dispose() => _enough = true;

    private async Task RunAsync()
    {
        using var client = new SessionClient(_balancer);
        using RawClient newClients = await _balancer.ConnectAsync();
        while (!_enough)
        {
            Message response = await client.GetAsync();
            Assert.True(response.Status == 200, $"{response}\n{_balancer.Errors}");
            Assert.Equal((1, client.Id), (client.Given, Echo.Id(response)));
            Requests.AddOrUpdate(client.Id, 1, (_, count) => count + 1);
            response = await newClients.GetAsync();
            Assert.True(response.Status == 200, $"{response}\n{_balancer.Errors}");
            Assert.Equal(IssuedCookie.Of(response).Id, Echo.Id(response));
            NewSessions.Enqueue(Echo.Id(response));
            Interlocked.Increment(ref _rounds);
        }
    }
}

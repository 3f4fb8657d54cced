using System.Collections.Concurrent;
using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Sessions.Stores;

/// <summary>
/// Visitors who come again and again, and with every turn one who never came before, until told to end. Every answer must be a 200 with the right
/// session, and no visitor is ever given a second cookie.
/// </summary>
internal sealed class SessionLoad : IDisposable
{
    private readonly Balancer _balancer;
    private readonly Task[] _visitors;
    private readonly Task _anyEnds;
    private volatile bool _enough;
    private int _turns;

    public SessionLoad(Balancer balancer, int visitors)
    {
        _balancer = balancer;
        _visitors = [.. Enumerable.Range(0, visitors).Select(_ => RunAsync())];
        _anyEnds = Task.WhenAny(_visitors);
    }

    public int Turns => Volatile.Read(ref _turns);

    /// <summary>Ids of those who came once, in about the order of their coming.</summary>
    public ConcurrentQueue<string> Strangers { get; } = new();

    /// <summary>For those who came again: how often, by their ids.</summary>
    public ConcurrentDictionary<string, int> Requests { get; } = new();

    /// <summary>Waits for so many more turns.</summary>
    public Task TurnsAsync(int more)
    {
        int from = Turns;
        return Patience.UntilAsync(() => Turns >= from + more || _anyEnds.IsCompleted, () => Turns, $"{more} turns of load");
    }

    /// <summary>Waits while the load goes on; a failed answer ends the wait, and <see cref="EndAsync"/> tells of it.</summary>
    public Task UntilAsync(Func<bool> condition, string what) => Patience.UntilAsync(() => condition() || _anyEnds.IsCompleted, what);

    /// <summary>Ends the load; throws if any answer was not what it must be.</summary>
    public async Task EndAsync()
    {
        _enough = true;
        await Task.WhenAll(_visitors);
    }

    public void Dispose() => _enough = true;

    private async Task RunAsync()
    {
        using var visitor = new Visitor(_balancer);
        using RawClient strangers = await _balancer.ConnectAsync();
        while (!_enough)
        {
            Message response = await visitor.GetAsync();
            Assert.True(response.Status == 200, $"{response}\n{_balancer.Errors}");
            Assert.Equal((1, visitor.Id), (visitor.Given, Echo.Id(response)));
            Requests.AddOrUpdate(visitor.Id, 1, (_, count) => count + 1);
            response = await strangers.GetAsync();
            Assert.True(response.Status == 200, $"{response}\n{_balancer.Errors}");
            Assert.Equal(IssuedCookie.Of(response).Id, Echo.Id(response));
            Strangers.Enqueue(Echo.Id(response));
            Interlocked.Increment(ref _turns);
        }
    }
}

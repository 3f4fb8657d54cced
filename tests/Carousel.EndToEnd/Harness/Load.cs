using System.Collections.Concurrent;
using Xunit;

namespace Carousel.EndToEnd.Harness;

/// <summary>Clients that send one GET after another, each on its own connection, until stopped. Every response must be a 200.</summary>
internal sealed class Load : IDisposable
{
    private readonly Balancer _balancer;
    private readonly ConcurrentDictionary<string, int> _responses = new();
    private readonly Task[] _clients;
    private readonly Task _anyEnds;
    private volatile bool _enough;

    public Load(Balancer balancer, int clients)
    {
        _balancer = balancer;
        _clients = [.. Enumerable.Range(0, clients).Select(_ => RunAsync())];
        _anyEnds = Task.WhenAny(_clients);
    }

    /// <summary>The number of responses with this body.</summary>
    public int Responds(string text) => _responses.GetValueOrDefault(text);

    /// <summary>Waits while the load runs. A failed response ends the wait; <see cref="EndAsync"/> reports it.</summary>
    public Task UntilAsync(Func<bool> condition, string what) => Deadlines.UntilAsync(() => condition() || _anyEnds.IsCompleted, what);

    /// <summary>Ends the load; throws if any response was not a 200.</summary>
    public async Task EndAsync()
    {
        _enough = true;
        await Task.WhenAll(_clients);
    }

    public void Dispose() => _enough = true;

    private async Task RunAsync()
    {
        using var client = await _balancer.ConnectAsync();
        while (!_enough)
        {
            Message response = await client.GetAsync();
            Assert.True(response.Status == 200, $"{response}\n{_balancer.Errors}");
            _responses.AddOrUpdate(response.Text, 1, (_, count) => count + 1);
        }
    }
}

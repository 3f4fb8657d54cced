using System.Collections.Immutable;
using System.Net.Sockets;
using Carousel.EndToEnd.Harness;
using Carousel.EndToEnd.Sessions;
using Xunit;

namespace Carousel.EndToEnd.Deploy.Replicas;

/// <summary>
/// Clients with one session each, spread over the ready replicas as behind a Service. Like browsers they retry a GET on any ready replica when its connection
/// closes without a response. Any response counts and must be correct. Runs until stopped.
/// </summary>
internal sealed class ReplicaLoad(ReplicaNetwork network) : IDisposable
{
    /// <summary>After this many requests a client reconnects, possibly to another replica.</summary>
    private const int RequestsAConnection = 5;

    private const int Tries = 10;

    private readonly ReplicaNetwork _network = network;
    private ImmutableArray<Replica> _ready = [];
    private Task[] _clients = [];
    private int[] _rounds = [];
    private volatile bool _enough;
    private int _sentAgain;

    /// <summary>The replicas that requests are sent to from now on.</summary>
    public ImmutableArray<Replica> Ready
    {
        get => _ready;
        set => ImmutableInterlocked.InterlockedExchange(ref _ready, value);
    }

    public int Requests => _rounds.Sum();

    /// <summary>GETs that were retried because their connection closed without a response.</summary>
    public int SentAgain => Volatile.Read(ref _sentAgain);

    /// <summary>The session id of each client, once the load has ended.</summary>
    public string[] Sessions { get; private set; } = [];

    public void Start(int clients)
    {
        _rounds = new int[clients];
        Sessions = new string[clients];
        _clients = [.. Enumerable.Range(0, clients).Select(RunAsync)];
    }

    /// <summary>Waits until every client has sent N more requests. A failed request ends the wait; <see cref="EndAsync"/> reports it.</summary>
    public Task RoundsAsync(int more)
    {
        int[] from = [.. _rounds];
        return Deadlines.UntilAsync(
            () => _clients.Any(client => client.IsCompleted) || from.Zip(_rounds).All(rounds => rounds.Second >= rounds.First + more), () => _rounds.Sum(), $"{more} requests of each client");
    }

    /// <summary>Ends the load; throws if any response was wrong.</summary>
    public async Task EndAsync()
    {
        _enough = true;
        await Task.WhenAll(_clients);
    }

    public void Dispose() => _enough = true;

    private async Task RunAsync(int number)
    {
        var client = new Member(this);
        string name = $"client-{number}";
        await client.LogInAsync(name);
        while (!_enough)
        {
            Message response = await client.GetAsync();
            Assert.True(response.Status == 200, $"{response}\n{client.Replica!.Said}");
            Assert.True((name, 1) == (response.Text, client.Given), $"{name} is {response.Text} and was given {client.Given} cookies\n{client.Replica!.Said}");
            Interlocked.Increment(ref _rounds[number]);
        }
        client.Dispose();
        Sessions[number] = client.Cookie!.Id;
    }

    /// <summary>One client.</summary>
    private sealed class Member(ReplicaLoad load) : IDisposable
    {
        private Wire? _connection;
        private int _requests;

        public Replica? Replica { get; private set; }

        public IssuedCookie? Cookie { get; private set; }

        public int Given { get; private set; }

        /// <summary>A POST is never retried, so it is sent before any replica is killed.</summary>
        public async Task LogInAsync(string name)
        {
            await ConnectAsync();
            Message response = await RequestAsync($"POST /login HTTP/1.1\r\nHost: test\r\nContent-Length: {name.Length}\r\n\r\n{name}");
            Assert.True(response.Status == 200, response.ToString());
        }

        public async Task<Message> GetAsync()
        {
            string request = $"GET /me HTTP/1.1\r\nHost: test\r\nCookie: {Cookie!.Pair}\r\n\r\n";
            for (int i = 1; ; i++)
            {
                bool isFresh = false;
                try
                {
                    if (_connection is null || _requests == RequestsAConnection || !load.Ready.Contains(Replica!))
                    {
                        isFresh = true;
                        await ConnectAsync();
                    }
                    return await RequestAsync(request);
                }
                catch (Exception e) when (i < Tries && e is SocketException or EndOfStreamException)
                {
                    // A draining replica closes idle connections, one of which may be in use here. It responds on every connection that it accepts.
                    Assert.True(!isFresh || Replica!.IsKilled, $"A new connection failed although its replica was not killed: {e}\n{Replica!.Said}");
                    Interlocked.Increment(ref load._sentAgain);
                    Dispose();
                }
            }
        }

        public void Dispose()
        {
            _connection?.Dispose();
            _connection = null;
        }

        private async Task ConnectAsync()
        {
            Dispose();
            ImmutableArray<Replica> ready = load.Ready;
            Replica = ready[Random.Shared.Next(ready.Length)];
            _connection = new Wire(await load._network.ConnectAsync(Replica.Front));
            _requests = 0;
        }

        private async Task<Message> RequestAsync(string request)
        {
            _requests++;
            await _connection!.SendAsync(request);
            Message response = await _connection.ReadResponseAsync();
            if (IssuedCookie.In(response) is { } cookie)
            {
                (Cookie, Given) = (cookie, Given + 1);
            }
            if ("close".Equals(response["Connection"], StringComparison.OrdinalIgnoreCase))
            {
                Dispose();
            }
            return response;
        }
    }
}

using System.Collections.Immutable;
using System.Net.Sockets;
using Carousel.EndToEnd.Harness;
using Carousel.EndToEnd.Sessions;
using Xunit;

namespace Carousel.EndToEnd.Deploy.Replicas;

/// <summary>
/// Visitors with a session each, who spread over the replicas that are ready, as behind a Service. Like browsers they send a GET again, to any that is
/// ready, when its connection ends without an answer; any answer counts, and must be the right one. Until told to end.
/// </summary>
internal sealed class ReplicaLoad(ReplicaNetwork network) : IDisposable
{
    /// <summary>Then a visitor connects anew, to another replica maybe.</summary>
    private const int RequestsAConnection = 5;

    private const int Tries = 10;

    private readonly ReplicaNetwork _network = network;
    private ImmutableArray<Replica> _ready = [];
    private Task[] _visitors = [];
    private int[] _turns = [];
    private volatile bool _enough;
    private int _sentAgain;

    /// <summary>The replicas that requests are sent to from now on.</summary>
    public ImmutableArray<Replica> Ready
    {
        get => _ready;
        set => ImmutableInterlocked.InterlockedExchange(ref _ready, value);
    }

    public int Requests => _turns.Sum();

    /// <summary>GETs whose connection ended without an answer.</summary>
    public int SentAgain => Volatile.Read(ref _sentAgain);

    /// <summary>The ids of the visitors' sessions, once all are over.</summary>
    public string[] Sessions { get; private set; } = [];

    public void Start(int visitors)
    {
        _turns = new int[visitors];
        Sessions = new string[visitors];
        _visitors = [.. Enumerable.Range(0, visitors).Select(RunAsync)];
    }

    /// <summary>Waits until every visitor has made so many more requests; a failed one ends the wait, and <see cref="EndAsync"/> tells of it.</summary>
    public Task TurnsAsync(int more)
    {
        int[] from = [.. _turns];
        return Patience.UntilAsync(
            () => _visitors.Any(visitor => visitor.IsCompleted) || from.Zip(_turns).All(turns => turns.Second >= turns.First + more), () => _turns.Sum(), $"{more} requests of each visitor");
    }

    /// <summary>Ends it; throws if any answer was not what it must be.</summary>
    public async Task EndAsync()
    {
        _enough = true;
        await Task.WhenAll(_visitors);
    }

    public void Dispose() => _enough = true;

    private async Task RunAsync(int number)
    {
        var visitor = new Member(this);
        string name = $"visitor-{number}";
        await visitor.LogInAsync(name);
        while (!_enough)
        {
            Message response = await visitor.GetAsync();
            Assert.True(response.Status == 200, $"{response}\n{visitor.Replica!.Said}");
            Assert.True((name, 1) == (response.Text, visitor.Given), $"{name} is {response.Text} and was given {visitor.Given} cookies\n{visitor.Replica!.Said}");
            Interlocked.Increment(ref _turns[number]);
        }
        visitor.Dispose();
        Sessions[number] = visitor.Cookie!.Id;
    }

    /// <summary>One visitor.</summary>
    private sealed class Member(ReplicaLoad load) : IDisposable
    {
        private Wire? _connection;
        private int _requests;

        public Replica? Replica { get; private set; }

        public IssuedCookie? Cookie { get; private set; }

        public int Given { get; private set; }

        /// <summary>A POST is never sent again: it comes before anything is killed.</summary>
        public async Task LogInAsync(string name)
        {
            await ConnectAsync();
            Message response = await AskAsync($"POST /login HTTP/1.1\r\nHost: test\r\nContent-Length: {name.Length}\r\n\r\n{name}");
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
                    return await AskAsync(request);
                }
                catch (Exception e) when (i < Tries && e is SocketException or EndOfStreamException)
                {
                    // One that leaves in order closes connections that are idle, which this one may just use; but what it accepts it answers.
                    Assert.True(!isFresh || Replica!.IsKilled, $"A new connection failed, to one that was not killed: {e}\n{Replica!.Said}");
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

        private async Task<Message> AskAsync(string request)
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

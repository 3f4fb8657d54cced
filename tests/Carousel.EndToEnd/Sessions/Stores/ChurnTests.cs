using System.Net.Sockets;
using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Sessions.Stores;

/// <summary>A thousand sessions while servers are stopped and restarted and a balancer is killed.</summary>
public class ChurnTests
{
    private const int Sessions = 1000;
    private const int Servers = 8;
    private const int AtOnce = 16;

    [Theory]
    [InlineData("shared")]
    [InlineData("sticky")]
    public async Task Sessions_ServersAndABalancerKilled_KeepTheirDataAndTheirServer(string mode)
    {
        await using var redis = await RedisServer.StartAsync();
        SessionServer[] servers = [.. Enumerable.Range(0, Servers).Select(number => new SessionServer(number, redis.Port))];
        Array.ForEach(servers, server => server.Start());
        string[] urls = [.. servers.Select(server => server.Url)];
        string[] options = ["--session", mode, "--store", redis.Url];
        // It is killed and still gets requests: no other process may take its port meanwhile.
        await using var first = await Balancer.StartAsync(urls, [.. options, "-p", $"{FixedPort.Next()}"]);
        await using var second = await Balancer.StartAsync(urls, options);
        await KeyTests.AgreeAsync(first, second);
        await KeyTests.AgreeAsync(second, first);
        Member[] members = [.. Enumerable.Range(0, Sessions).Select(number => new Member(number, number % 2 == 0 ? first : second, second))];

        await ForAllAsync(members, member => member.LogInAsync());
        var alive = Enumerable.Range(0, Servers).ToHashSet();
        for (int round = 0; round < 4; round++)
        {
            // Two are killed, one of which restarts before the next round.
            foreach (int number in (int[])[2 * round, 2 * round + 1])
            {
                await servers[number].CrashAsync();
                alive.Remove(number);
            }
            int done = 0;
            await ForAllAsync(members, async member =>
            {
                if (round == 2 && Interlocked.Increment(ref done) == Sessions / 2)
                {
                    first.Signal(Posix.SigKill);
                }
                await member.RequestAsync(mode == "sticky", alive);
            });
            servers[2 * round].Start();
            alive.Add(2 * round);
        }
        Assert.All(members, member => Assert.Equal(mode == "sticky" ? member.Moves + 1 : 1, member.Given));
        foreach (int number in Enumerable.Range(0, Servers).Where(number => !alive.Contains(number)))
        {
            servers[number].Start();
        }
        foreach (SessionServer server in servers)
        {
            await server.DisposeAsync();
        }
    }

    private static Task ForAllAsync(Member[] members, Func<Member, Task> act) =>
        Parallel.ForEachAsync(members, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (member, _) => await act(member));

    /// <summary>One client, which uses another balancer when its own is down.</summary>
    private sealed class Member(int number, Balancer balancer, Balancer other)
    {
        private readonly SessionClient _client = new(balancer);
        private string _name = "";
        private int _server;

        public int Moves { get; private set; }

        public int Given => _client.Given;

        public async Task LogInAsync()
        {
            _name = $"client-{number}";
            Message response = await _client.PostAsync("/login", _name);
            Assert.Equal(200, response.Status);
            _server = ServerOf(response);
            _client.Dispose();
        }

        public async Task RequestAsync(bool stays, IReadOnlySet<int> alive)
        {
            Message response = await SendAsync();
            Assert.True(response.Status == 200 && response.Text.EndsWith($" {_name}", StringComparison.Ordinal), $"{_name} got: {response}");
            int server = ServerOf(response);
            if (stays && alive.Contains(_server))
            {
                Assert.Equal(_server, server);
            }
            Moves += server == _server ? 0 : 1;
            _server = server;
            _client.Dispose();
        }

        /// <summary>Retries the connection to the balancer without a limit, as browsers do; any response counts.</summary>
        private async Task<Message> SendAsync()
        {
            try
            {
                return await _client.GetAsync("/me");
            }
            catch (Exception error) when (error is SocketException or EndOfStreamException)
            {
                _client.GoTo(other);
                return await _client.GetAsync("/me");
            }
        }

        private static int ServerOf(Message response) => response.Text[0] - '0';
    }
}

using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Carousel.Cli;
using Carousel.Commands;
using Carousel.Control.Admin;
using Carousel.Control.Discovery;
using Carousel.Core.Events;
using Carousel.Core.Policies;
using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Carousel.Core.Sessions;
using Carousel.Core.Telemetry;
using Carousel.Tests.Harness;

namespace Carousel.Tests.Admin;

/// <summary>A pool with an admin server on a local port.</summary>
internal sealed class Admin : IAsyncDisposable
{
    private readonly AdminServer _server;

    private Admin(AdminServer server, AdminContext context, List<string> lines)
    {
        (_server, Context, Reported) = (server, context, lines);
        Http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { BaseAddress = new Uri($"http://{server.EndPoint}/") };
    }

    public AdminContext Context { get; }

    /// <summary>The reported log lines.</summary>
    public List<string> Reported { get; }

    public HttpClient Http { get; }

    public AdminServer Server => _server;

    /// <summary>The command line's client.</summary>
    public AdminClient Client => new(new AdminTarget($"{_server.EndPoint}", null), null);

    /// <summary>A pool of these lines, not probed.</summary>
    public static AdminContext Over(
        string servers, PolicyOptions? policy = null, SessionChannel? sessions = null, List<string>? lines = null, ServersFileSaver? saver = null, PoolMembership? membership = null)
    {
        membership ??= PoolOf(servers).Membership;
        return new AdminContext(membership, new Traffic(2, new TrafficOptions()), new EventLog(TimeProvider.System), TimeProvider.System, saver)
        {
            Version = "1.2.3",
            Policy = policy ?? new PolicyOptions(),
            Sessions = sessions,
            Settings = [new SettingGroup("Balancing", [new Setting("--policy", "hash", true)])],
            Report = line => lines?.Add(line),
        };
    }

    public static Pool PoolOf(string servers) =>
        TestPool.Of(servers, TestPool.Options with { SlowStart = TimeSpan.FromHours(1) });

    public static async Task<Admin> StartAsync(string servers, string? token = null, ServersFileSaver? saver = null, PoolMembership? membership = null)
    {
        var lines = new List<string>();
        AdminContext context = Over(servers, lines: lines, saver: saver, membership: membership);
        return new Admin(await AdminServer.StartAsync(new AdminOptions(new IPEndPoint(IPAddress.Loopback, 0)) { Token = token }, context), context, lines);
    }

    public Server Named(string name) => Context.Pool.Current.Servers.Single(server => server.Entry.Name == name);

    public async Task<(int Status, string Text)> AskAsync(HttpMethod method, string path, string? json = null, params (string Name, string Value)[] fields)
    {
        using HttpResponseMessage response = await SendAsync(method, path, json is null ? null : new StringContent(json, Encoding.UTF8, "application/json"), fields);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public Task<(int Status, string Text)> GetAsync(string path) => AskAsync(HttpMethod.Get, path);

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? body, params (string Name, string Value)[] fields)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        HttpRequestHeaders headers = request.Headers;
        foreach ((string name, string value) in fields)
        {
            headers.TryAddWithoutValidation(name, value);
        }
        return await Http.SendAsync(request);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _server.DisposeAsync();
    }
}

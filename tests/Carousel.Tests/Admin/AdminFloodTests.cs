using System.Net;
using System.Net.Sockets;
using System.Text;
using Carousel.Control.Admin;
using Carousel.Control.Dashboard;
using Xunit;

namespace Carousel.Tests.Admin;

/// <summary>A real admin server flooded with idle connections.</summary>
public class AdminFloodTests
{
    private const string Servers = "http://10.0.0.1:80 name=blue\nhttp://10.0.0.2:80 name=green";
    private const string Token = "0123456789abcdef";
    private const string Authorization = $"Authorization: Bearer {Token}\r\n";

    [Theory]
    [InlineData("")]
    [InlineData("GET /api/v1/servers HTTP/1.1\r\nHost: a")]
    [InlineData("POST /api/v1/servers HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{")]
    [InlineData("GET /api/v1/servers HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET /dashboard/style.css HTTP/1.1\r\nHost: a\r\n\r\n")]
    public async Task Connections_UnauthenticatedFlood_RequestsAreServed(string sent)
    {
        await using Admin admin = await Admin.StartAsync(Servers, Token);
        using var strangers = new Crowd();
        for (int i = 0; i < 2 * AdminConnections.Most; i++)
        {
            await strangers.ConnectAsync(admin, sent);
        }

        Assert.StartsWith("HTTP/1.1 200 ", await AskAsync(admin, "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"));
        Assert.StartsWith("HTTP/1.1 200 ", await AskAsync(admin, "GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n"));
        Assert.StartsWith("HTTP/1.1 200 ", await AskAsync(admin, $"GET /api/v1/servers HTTP/1.1\r\nHost: a\r\n{Authorization}\r\n"));
        Assert.True(admin.Server.Connections.Count <= AdminConnections.Most);
    }

    [Fact]
    public async Task Connections_IdleFloodAndManyStreams_RequestsAreServed()
    {
        await using Admin admin = await Admin.StartAsync(Servers, Token);
        using var crowd = new Crowd();
        string watch = $"GET {DashboardEndpoints.StreamPath} HTTP/1.1\r\nHost: a\r\n{Authorization}\r\n";
        for (int i = 0; i < DashboardFeed.MaxWatchers; i++)
        {
            Assert.StartsWith("HTTP/1.1 200 ", await HeadAsync(await crowd.ConnectAsync(admin, watch)));
        }
        for (int i = 0; i < AdminConnections.Most; i++)
        {
            await crowd.ConnectAsync(admin, i % 2 == 0 ? "" : "GET / HTTP/1.1\r\nHos");
        }

        string oneMore = await AskAsync(admin, watch);
        Assert.StartsWith("HTTP/1.1 503 ", oneMore);
        Assert.Contains("Connection: close\r\n", oneMore);
        Assert.StartsWith("HTTP/1.1 200 ", await AskAsync(admin, "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"));
        Assert.StartsWith("HTTP/1.1 200 ", await AskAsync(admin, "GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n"));
        Assert.StartsWith("HTTP/1.1 200 ", await AskAsync(admin, $"GET /metrics HTTP/1.1\r\nHost: a\r\n{Authorization}\r\n"));
    }

    /// <summary>Before the first byte, within a head, and after a response: each state has a timeout, without further connections.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("GET /healthz HTTP/1.1\r\nHost: a")]
    [InlineData("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")]
    public async Task Connection_Idle_IsClosed(string sent)
    {
        await using Admin admin = await Admin.StartAsync(Servers);
        using var crowd = new Crowd();

        await ToEndAsync(await crowd.ConnectAsync(admin, sent));
    }

    [Theory]
    [InlineData("GET /api/v1/servers HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 401 ")]
    [InlineData("GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 503 ")]
    public async Task Response_Rejection_ClosesTheConnection(string request, string expected)
    {
        await using Admin admin = await Admin.StartAsync("http://nowhere.invalid:80", Token);

        string response = await AskAsync(admin, request);

        Assert.StartsWith(expected, response);
        Assert.Contains("Connection: close\r\n", response);
    }

    /// <summary>The response head for this request, on a new connection.</summary>
    private static async Task<string> AskAsync(Admin admin, string request)
    {
        using var crowd = new Crowd();
        return await HeadAsync(await crowd.ConnectAsync(admin, request));
    }

    private static async Task<string> HeadAsync(Socket socket)
    {
        var head = new StringBuilder();
        byte[] buffer = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken) != 0)
        {
            head.Append((char)buffer[0]);
        }
        return head.ToString();
    }

    private static async Task ToEndAsync(Socket socket)
    {
        byte[] buffer = new byte[4096];
        try
        {
            while (await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken) != 0)
            {
            }
        }
        catch (SocketException)
        {
            // A reset counts as the end.
        }
    }

    private sealed class Crowd : IDisposable
    {
        private readonly List<Socket> _sockets = [];

        /// <summary>One more connection, which may be cut immediately.</summary>
        public async Task<Socket> ConnectAsync(Admin admin, string sent)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            _sockets.Add(socket);
            socket.Bind(new IPEndPoint(IPAddress.Parse("127.0.0.2"), 0));
            await socket.ConnectAsync(admin.Server.EndPoint);
            await socket.SendAsync(Encoding.ASCII.GetBytes(sent));
            return socket;
        }

        public void Dispose() => _sockets.ForEach(socket => socket.Dispose());
    }
}

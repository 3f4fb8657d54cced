using System.Collections.Concurrent;
using System.Net;
using System.Net.WebSockets;
using Carousel.EndToEnd.Harness;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Http.Connections.Client;
using Microsoft.AspNetCore.SignalR.Client;

namespace Carousel.EndToEnd.AspNetCore;

/// <summary>A client of the sample's hub with SignalR's automatic reconnect enabled.</summary>
internal sealed class ChatClient : IAsyncDisposable
{
    private readonly HubConnection _connection;
    private readonly ConcurrentQueue<string> _received = new();

    private ChatClient(Uri url, Action<HttpConnectionOptions> configure)
    {
        _connection = new HubConnectionBuilder().WithUrl(url, configure).WithAutomaticReconnect().Build();
        _connection.On<string, string>("said", (name, text) => _received.Enqueue($"{name}: {text}"));
    }

    /// <summary>Negotiates, then uses this transport. Cookies are kept.</summary>
    public static Task<ChatClient> StartAsync(Balancer balancer, CookieContainer cookies, HttpTransportType transport, string? token = null) =>
        StartAsync(new ChatClient(new Uri(balancer.Url, "chat"), options =>
        {
            options.Cookies = cookies;
            options.Transports = transport;
            options.AccessTokenProvider = () => Task.FromResult(token);
        }));

    /// <summary>Opens a WebSocket without negotiation. The token is in Authorization or, as in browsers, in the query.</summary>
    public static Task<ChatClient> StartWithoutNegotiationAsync(Balancer balancer, string token, bool isInQuery) =>
        StartAsync(new ChatClient(new Uri(balancer.Url, isInQuery ? $"chat?access_token={token}" : "chat"), options =>
        {
            options.SkipNegotiation = true;
            options.Transports = HttpTransportType.WebSockets;
            options.AccessTokenProvider = isInQuery ? null : () => Task.FromResult<string?>(token);
        }));

    public Task SendMessageAsync(string text) => _connection.InvokeAsync("Say", text);

    /// <summary>The port of the server that the client is connected to.</summary>
    public Task<int> ServerAsync() => _connection.InvokeAsync<int>("Server");

    /// <summary>Completes when the client is connected to the server at this port.</summary>
    public Task ReconnectsToAsync(int port) => Deadlines.UntilAsync(
        async () =>
        {
            try
            {
                return _connection.State == HubConnectionState.Connected && await ServerAsync() == port;
            }
            catch (Exception error) when (error is OperationCanceledException or InvalidOperationException or IOException or WebSocketException)
            {
                // The connection closed during the query.
                return false;
            }
        },
        "the client to reconnect");

    public Task ReceivedAsync(string message) => Deadlines.UntilAsync(() => _received.Contains(message), $"a client to receive \"{message}\"");

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private static async Task<ChatClient> StartAsync(ChatClient client)
    {
        try
        {
            await client._connection.StartAsync();
            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }
}

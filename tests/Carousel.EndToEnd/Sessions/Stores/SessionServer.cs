using Carousel.EndToEnd.Harness;

namespace Carousel.EndToEnd.Sessions.Stores;

/// <summary>A backend that follows docs/SESSIONS.md: POST /login keeps a name in the session's data, GET /me says it, and who asks says where.</summary>
internal sealed class SessionServer(int number, int storePort) : IAsyncDisposable
{
    private readonly int _port = FixedPort.Next();
    private ScriptedServer? _server;

    public string Url => $"http://127.0.0.1:{_port}";

    public void Start() => _server = ScriptedServer.Start(ServeAsync, port: _port);

    /// <summary>Nothing listens any more, and all connections are reset.</summary>
    public async Task CrashAsync()
    {
        _server!.Crash();
        await _server.DisposeAsync();
    }

    public ValueTask DisposeAsync() => _server!.DisposeAsync();

    private async Task ServeAsync(ServerConnection connection)
    {
        using Resp store = await Resp.ConnectAsync(storePort);
        while (await connection.ReadRequestAsync() is { } request)
        {
            string key = $"carousel:session:{request["X-Session-Id"]}:data";
            if (request.Method == "POST")
            {
                await store.AskAsync("HSET", key, "name", request.Text);
                await store.AskAsync("EXPIRE", key, "86400");
            }
            string? name = await store.TextAsync("HGET", key, "name");
            await connection.RespondAsync($"{number} {name ?? "nobody"}");
        }
    }
}

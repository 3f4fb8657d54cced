using Carousel.EndToEnd.Harness;

namespace Carousel.EndToEnd.Sessions.Stores;

/// <summary>A backend that follows docs/SESSIONS.md: POST /login stores a name in the session's data, GET /me returns the server and the name.</summary>
internal sealed class SessionServer(int number, int storePort) : IAsyncDisposable
{
    private readonly int _port = FixedPort.Next();
    private ScriptedServer? _server;

    public string Url => $"http://127.0.0.1:{_port}";

    public void Start() => _server = ScriptedServer.Start(ServeAsync, port: _port);

    /// <summary>Closes its listener and resets all connections.</summary>
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
                await store.CommandAsync("HSET", key, "name", request.Text);
                await store.CommandAsync("EXPIRE", key, "86400");
            }
            string? name = await store.TextAsync("HGET", key, "name");
            await connection.RespondAsync($"{number} {name ?? "nobody"}");
        }
    }
}

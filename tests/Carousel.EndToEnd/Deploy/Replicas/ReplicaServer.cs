using Carousel.EndToEnd.Harness;

namespace Carousel.EndToEnd.Deploy.Replicas;

/// <summary>A backend on the node that follows docs/SESSIONS.md: POST stores a name in the session's data, GET returns it.</summary>
internal sealed class ReplicaServer(ReplicaNetwork network, ReplicaStore store) : IAsyncDisposable
{
    private ScriptedServer? _server;
    private int _port;

    public string Url => _server!.Url;

    /// <summary>Starts or restarts it at the same address.</summary>
    public void Start()
    {
        _server = network.Run(() => ScriptedServer.Start(ServeAsync, network.Node, _port));
        _port = _server.Port;
    }

    /// <summary>Closes its listener and cuts its connections.</summary>
    public async ValueTask DisposeAsync() => await _server!.DisposeAsync();

    private async Task ServeAsync(ServerConnection connection)
    {
        using Resp data = await store.ConnectAsync();
        while (await connection.ReadRequestAsync() is { } request)
        {
            string key = $"carousel:session:{request["X-Session-Id"]}:data";
            if (request.Method == "POST")
            {
                await data.CommandAsync("HSET", key, "name", request.Text);
                await data.CommandAsync("EXPIRE", key, "86400");
            }
            await connection.RespondAsync(await data.TextAsync("HGET", key, "name") ?? "nobody");
        }
    }
}

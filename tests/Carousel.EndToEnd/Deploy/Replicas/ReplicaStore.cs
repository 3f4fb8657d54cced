using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Carousel.EndToEnd.Harness;

namespace Carousel.EndToEnd.Deploy.Replicas;

/// <summary>The Redis shared by all replicas and servers, on the node, with a password.</summary>
internal sealed class ReplicaStore : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("carousel-redis-");
    private readonly ReplicaNetwork _network;
    private readonly string _password;
    private readonly IPEndPoint _at;
    private readonly ChildProcess _program;

    private ReplicaStore(ReplicaNetwork network, string password)
    {
        (_network, _password) = (network, password);
        _at = new IPEndPoint(network.Node, FixedPort.Next());
        string[] command =
        [
            .. network.Launcher, "redis-server", "--bind", $"{_at.Address}", "--port", _at.Port.ToString(CultureInfo.InvariantCulture),
            "--requirepass", password, "--save", "", "--dir", _folder.FullName,
        ];
        _program = ChildProcess.Start(_folder.FullName, command[0], command[1..]);
    }

    public string Url => $"redis://{_at}";

    public static async Task<ReplicaStore> StartAsync(ReplicaNetwork network, string password)
    {
        var store = new ReplicaStore(network, password);
        await Deadlines.UntilAsync(store.RespondsAsync, "redis-server to respond");
        return store;
    }

    /// <summary>An authenticated connection.</summary>
    public async Task<Resp> ConnectAsync()
    {
        Resp connection = Resp.On(await _network.ConnectAsync(_at));
        await connection.CommandAsync("AUTH", _password);
        return connection;
    }

    public async ValueTask DisposeAsync()
    {
        await _program.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private async Task<bool> RespondsAsync()
    {
        if (_program.HasExited)
        {
            throw new InvalidOperationException($"redis-server ended: {_program.Output}{_program.Errors}");
        }
        try
        {
            using Resp connection = await ConnectAsync();
            return true;
        }
        catch (Exception e) when (e is SocketException or EndOfStreamException or InvalidOperationException)
        {
            return false;
        }
    }
}

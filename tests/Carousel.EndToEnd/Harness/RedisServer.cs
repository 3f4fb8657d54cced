using System.Net.Sockets;

namespace Carousel.EndToEnd.Harness;

/// <summary>Debian's redis-server on 127.0.0.1; it keeps nothing on disk.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("carousel-redis-");
    private readonly string[] _options;
    private ChildProcess? _program;

    private RedisServer(string[] options)
    {
        _options = options;
        Port = FixedPort.Next();
    }

    public int Port { get; }

    /// <summary>As --store takes it.</summary>
    public string Url => $"redis://127.0.0.1:{Port}";

    /// <summary>Resident memory in bytes.</summary>
    public long Memory => Posix.Memory(_program!.Id);

    public static async Task<RedisServer> StartAsync(params string[] options)
    {
        var redis = new RedisServer(options);
        await redis.StartAsync();
        return redis;
    }

    /// <summary>Starts it, for the first time or again: with nothing in it.</summary>
    public async Task StartAsync()
    {
        _program = ChildProcess.Start(
            _directory.FullName, "/usr/bin/redis-server", ["--port", $"{Port}", "--bind", "127.0.0.1", "--save", "", "--dir", _directory.FullName, .. _options]);
        await Patience.UntilAsync(IsThereAsync, $"redis-server to listen on {Port}");
    }

    public Task<Resp> ConnectAsync() => Resp.ConnectAsync(Port);

    /// <summary>One command on a connection of its own.</summary>
    public async Task<object?> AskAsync(params string[] words)
    {
        using Resp connection = await ConnectAsync();
        return await connection.AskAsync(words);
    }

    /// <summary>A hash; empty if there is none.</summary>
    public async Task<Dictionary<string, string>> HashAsync(string key)
    {
        using Resp connection = await ConnectAsync();
        return await connection.HashAsync(key);
    }

    public void Signal(int signal) => _program!.Signal(signal);

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        _program!.Signal(Posix.SigKill);
        await _program.ExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _program!.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    private async Task<bool> IsThereAsync()
    {
        if (_program!.HasExited)
        {
            throw new InvalidOperationException($"redis-server ended: {_program.Output}{_program.Errors}");
        }
        try
        {
            using Resp connection = await ConnectAsync();
            await connection.AskAsync("PING");
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
        catch (InvalidOperationException)
        {
            // It wants a password: it is there.
            return true;
        }
    }
}

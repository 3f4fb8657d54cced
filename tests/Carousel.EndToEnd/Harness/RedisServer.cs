using System.Globalization;

namespace Carousel.EndToEnd.Harness;

/// <summary>Debian's redis-server: one process on 127.0.0.1, data in a directory of its own. Killed when disposed.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("carousel-redis-");
    private ChildProcess? _program;

    private RedisServer(int port, string[] options) => (Port, Options) = (port, options);

    public int Port { get; }

    /// <summary>Of its command line.</summary>
    public string[] Options { get; }

    public string Url => $"redis://127.0.0.1:{Port}";

    /// <summary>What redis-cli needs to get in: a password, TLS.</summary>
    public string[] CliOptions { get; set; } = [];

    /// <summary>A server that keeps nothing on disk, with these options of its command line.</summary>
    public static async Task<RedisServer> StartAsync(params string[] options)
    {
        var server = new RedisServer(FixedPort.Next(), options);
        await server.StartAsync();
        return server;
    }

    /// <summary>As above; not waiting until it answers: it is given what it takes to ask it later.</summary>
    public static RedisServer StartUnasked(int port, params string[] options)
    {
        var server = new RedisServer(port, options);
        server.Launch();
        return server;
    }

    /// <summary>Starts it, for the first time or again; ends when it answers.</summary>
    public async Task StartAsync()
    {
        Launch();
        await RespondsAsync();
    }

    public void Launch() => _program = ChildProcess.Start(_directory.FullName, "redis-server",
    [
        "--port", Port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--dir", _directory.FullName, "--save", "", "--daemonize", "no",
        .. Options,
    ]);

    /// <summary>Waits until it answers, be it that it wants a password.</summary>
    public async Task RespondsAsync()
    {
        while (true)
        {
            if (_program!.HasExited)
            {
                throw new InvalidOperationException($"redis-server ended: {_program.Output}{_program.Errors}");
            }
            string said = (await TryAsync("ping")).Output;
            if (said.StartsWith("PONG", StringComparison.Ordinal) || said.StartsWith("NOAUTH", StringComparison.Ordinal))
            {
                return;
            }
        }
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        _program!.Signal(Posix.SigKill);
        await _program.ExitAsync();
    }

    /// <summary>SIGSTOP: it is there, and does not answer.</summary>
    public void Stop() => _program!.Signal(Posix.SigStop);

    /// <summary>SIGCONT.</summary>
    public void Continue() => _program!.Signal(Posix.SigCont);

    /// <summary>What redis-cli prints for a command.</summary>
    public async Task<string> AskAsync(params string[] command)
    {
        (int code, string output) = await TryAsync(command);
        return code == 0 ? output : throw new InvalidOperationException($"redis-cli {string.Join(' ', command)}: {output}");
    }

    /// <summary>A hash, by HGETALL.</summary>
    public async Task<Dictionary<string, string>> HashAsync(string key)
    {
        string[] lines = (await AskAsync("hgetall", key)).Split('\n');
        return Enumerable.Range(0, lines.Length / 2).ToDictionary(i => lines[2 * i], i => lines[2 * i + 1]);
    }

    public async ValueTask DisposeAsync()
    {
        if (_program is not null)
        {
            Continue();
            await _program.DisposeAsync();
        }
        _directory.Delete(recursive: true);
    }

    private async Task<(int Code, string Output)> TryAsync(params string[] command)
    {
        string port = Port.ToString(CultureInfo.InvariantCulture);
        await using var cli = ChildProcess.Start(_directory.FullName, "redis-cli", ["-p", port, "--no-auth-warning", .. CliOptions, .. command]);
        int code = await cli.ExitAsync();
        return (code, (cli.Output + cli.Errors).TrimEnd());
    }
}

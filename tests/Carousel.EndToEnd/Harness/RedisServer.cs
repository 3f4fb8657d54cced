using System.Globalization;

namespace Carousel.EndToEnd.Harness;

/// <summary>Debian's redis-server: one process on 127.0.0.1 with its own data directory. Killed when disposed.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("carousel-redis-");
    private ChildProcess? _program;

    private RedisServer(int port, string[] options) => (Port, Options) = (port, options);

    public int Port { get; }

    /// <summary>Options of its command line.</summary>
    public string[] Options { get; }

    public string Url => $"redis://127.0.0.1:{Port}";

    /// <summary>Options of redis-cli for authentication and TLS.</summary>
    public string[] CliOptions { get; set; } = [];

    /// <summary>Starts a server without persistence, with these command-line options.</summary>
    public static async Task<RedisServer> StartAsync(params string[] options)
    {
        var server = new RedisServer(FixedPort.Next(), options);
        await server.StartAsync();
        return server;
    }

    /// <summary>As above, without waiting for a response; takes the options that redis-cli needs later.</summary>
    public static RedisServer StartUnasked(int port, params string[] options)
    {
        var server = new RedisServer(port, options);
        server.Launch();
        return server;
    }

    /// <summary>Starts or restarts it; completes when it responds.</summary>
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

    /// <summary>Waits until it responds, even if only that a password is required.</summary>
    public async Task RespondsAsync()
    {
        while (true)
        {
            if (_program!.HasExited)
            {
                throw new InvalidOperationException($"redis-server ended: {_program.Output}{_program.Errors}");
            }
            string output = (await TryAsync("ping")).Output;
            if (output.StartsWith("PONG", StringComparison.Ordinal) || output.StartsWith("NOAUTH", StringComparison.Ordinal))
            {
                return;
            }
        }
    }

    /// <summary>Sends SIGKILL.</summary>
    public async Task KillAsync()
    {
        _program!.Signal(Posix.SigKill);
        await _program.ExitAsync();
    }

    /// <summary>Sends SIGSTOP: it accepts connections and does not respond.</summary>
    public void Stop() => _program!.Signal(Posix.SigStop);

    /// <summary>Sends SIGCONT.</summary>
    public void Continue() => _program!.Signal(Posix.SigCont);

    /// <summary>Runs a command with redis-cli; returns its output.</summary>
    public async Task<string> CliAsync(params string[] command)
    {
        (int code, string output) = await TryAsync(command);
        return code == 0 ? output : throw new InvalidOperationException($"redis-cli {string.Join(' ', command)}: {output}");
    }

    /// <summary>Reads a hash with HGETALL.</summary>
    public async Task<Dictionary<string, string>> HashAsync(string key)
    {
        string[] lines = (await CliAsync("hgetall", key)).Split('\n');
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

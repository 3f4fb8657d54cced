using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace Carousel.EndToEnd.Harness;

/// <summary>The published binary running in front of some servers. Killed when disposed; a test in which it exited unexpectedly fails.</summary>
internal sealed partial class Balancer : IAsyncDisposable
{
    private readonly ChildProcess _program;
    private readonly ServersFile _file;
    private bool _mayExit;

    private Balancer(ChildProcess program, ServersFile file)
    {
        _program = program;
        _file = file;
    }

    public int Port { get; private set; }

    public Uri Url => new($"http://127.0.0.1:{Port}/");

    /// <summary>The servers.txt it was started with.</summary>
    public ServersFile File => _file;

    public int ProcessId => _program.Id;

    public string Output => _program.Output;

    public string Errors => _program.Errors;

    /// <summary>Resident memory in bytes (VmRSS).</summary>
    public long Memory => Posix.Memory(ProcessId);

    /// <summary>Peak resident memory in bytes (VmHWM).</summary>
    public long PeakMemory => Posix.Memory(ProcessId, "VmHWM");

    /// <summary>The number of open descriptors.</summary>
    public int Descriptors => Directory.EnumerateFileSystemEntries($"/proc/{ProcessId}/fd").Count();

    /// <summary>Starts one worker on 127.0.0.1 in front of these servers.</summary>
    public static Task<Balancer> StartAsync(params ScriptedServer[] servers) => StartAsync(servers, []);

    /// <inheritdoc cref="StartAsync(ScriptedServer[])"/>
    public static Task<Balancer> StartAsync(ScriptedServer server, params string[] options) => StartAsync([server], options);

    /// <inheritdoc cref="StartAsync(ScriptedServer[])"/>
    public static Task<Balancer> StartAsync(ScriptedServer[] servers, params string[] options) =>
        StartAsync([.. servers.Select(server => server.Url)], options);

    /// <summary>
    /// Starts one worker on 127.0.0.1 in front of these lines of servers.txt, without probes, sessions and a store unless the options enable them.
    /// </summary>
    public static async Task<Balancer> StartAsync(string[] lines, string[] options, string[]? launcher = null, string? binary = null, Action<ServersFile>? prepare = null)
    {
        var file = new ServersFile(lines);
        prepare?.Invoke(file);
        var arguments = new List<string>(launcher ?? []) { binary ?? Binary.Path, "-f", file.Path };
        AddUnlessGiven(arguments, options, "-p", "0");
        AddUnlessGiven(arguments, options, "--bind", "127.0.0.1");
        AddUnlessGiven(arguments, options, "--workers", "1");
        // Tests count connections and script the first bytes of each: probes would interfere.
        AddUnlessGiven(arguments, options, "--health", "off");
        // A server that is up again gets its full share at once, so tests need not wait ten seconds.
        AddUnlessGiven(arguments, options, "--slow-start", "0s");
        AddUnlessGiven(arguments, options, "--session", "off");
        // The default store on localhost:6379 would be shared by all tests and other users of this machine.
        AddUnlessGiven(arguments, options, "--store", "none");
        // Tests run in parallel and would compete for the default admin port.
        AddUnlessGiven(arguments, options, "--admin", "off");
        arguments.AddRange(options);
        var balancer = new Balancer(ChildProcess.Start(file.Directory, arguments[0], [.. arguments.Skip(1)]), file);
        await balancer.ListeningAsync();
        return balancer;
    }

    public Task<RawClient> ConnectAsync(IPAddress? from = null, int receiveBuffer = 0) =>
        RawClient.ConnectAsync(Port, from: from, receiveBuffer: receiveBuffer);

    /// <summary>Sends one request on its own connection.</summary>
    public async Task<Message> RequestAsync(string request)
    {
        using RawClient client = await ConnectAsync();
        return await client.RequestAsync(request);
    }

    /// <inheritdoc cref="RequestAsync(string)"/>
    public Task<Message> GetAsync(string path = "/") => RequestAsync($"GET {path} HTTP/1.1\r\nHost: test\r\n\r\n");

    public void Signal(int signal)
    {
        _mayExit |= signal is not (Posix.SigHup or Posix.SigUsr1);
        _program.Signal(signal);
    }

    public Task<int> ExitAsync() => _program.ExitAsync();

    /// <summary>Sends SIGTERM; returns the exit code.</summary>
    public Task<int> StopAsync()
    {
        Signal(Posix.SigTerm);
        return ExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        bool died = _program.HasExited && !_mayExit;
        string output = died ? $"{await _program.ExitAsync()}: {_program.Output}{Errors}" : "";
        await _program.DisposeAsync();
        _file.Dispose();
        if (died)
        {
            throw new InvalidOperationException($"The balancer exited unexpectedly with {output}");
        }
    }

    private static void AddUnlessGiven(List<string> arguments, string[] options, string name, string value)
    {
        if (!options.Contains(name))
        {
            arguments.AddRange([name, value]);
        }
    }

    private async Task ListeningAsync()
    {
        Match match = Match.Empty;
        await Deadlines.UntilAsync(
            () => _program.HasExited || (match = Listening().Match(_program.Output + _program.Errors)).Success, "the balancer to listen");
        if (!match.Success)
        {
            throw new InvalidOperationException($"The balancer did not start: {await _program.ExitAsync()}: {_program.Output}{Errors}");
        }
        Port = int.Parse(match.Groups["port"].Value, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"listening on http://\S+:(?<port>\d+)")]
    private static partial Regex Listening();
}

using Carousel.EndToEnd.Harness;

namespace Carousel.EndToEnd.AspNetCore;

/// <summary>A server of samples/AspNetCore.Sessions on 127.0.0.1. Every restart uses the same port.</summary>
internal sealed class Shop(int storePort) : IAsyncDisposable
{
    private static readonly string s_folder = Repository.Path("artifacts/bin/Carousel.Samples.AspNetCore.Sessions/release");

    /// <summary>Startup takes seconds of compilation, shutdown waits for requests in flight, and many tests run at once.</summary>
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);

    private ChildProcess? _program;

    public int Port { get; } = FixedPort.Next();

    public string Url => $"http://127.0.0.1:{Port}";

    /// <summary>Completes when the server listens.</summary>
    public async Task StartAsync()
    {
        // Not in "/": ASP.NET Core watches its working directory for changes of its settings.
        _program = ChildProcess.Start(
            s_folder, Path.Combine(s_folder, "shop"), "--urls", Url, "--store", $"127.0.0.1:{storePort}", "--JWT_KEY", "of the tests, and 32 characters long");
        await Deadlines.UntilAsync(IsListeningAsync, "the sample to listen", s_limit);
    }

    public void Signal(int signal) => _program!.Signal(signal);

    /// <summary>Waits for the process to exit; returns its exit code.</summary>
    public async Task<int> ExitAsync()
    {
        await Deadlines.WithinAsync(_program!.EndAsync(), "the sample to end", s_limit);
        return await _program.ExitAsync();
    }

    /// <summary>Sends SIGKILL.</summary>
    public async Task KillAsync()
    {
        Signal(Posix.SigKill);
        await ExitAsync();
    }

    public ValueTask DisposeAsync() => _program?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task<bool> IsListeningAsync()
    {
        if (_program!.HasExited)
        {
            throw new InvalidOperationException($"The sample ended: {_program.Output}{_program.Errors}");
        }
        return await RawClient.ListensAsync(Port);
    }
}

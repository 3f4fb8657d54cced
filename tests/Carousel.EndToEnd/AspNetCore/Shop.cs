using Carousel.EndToEnd.Harness;

namespace Carousel.EndToEnd.AspNetCore;

/// <summary>A server of samples/AspNetCore.Sessions on 127.0.0.1, started again and again at the same port.</summary>
internal sealed class Shop(int storePort) : IAsyncDisposable
{
    private static readonly string s_folder = Repository.Path("artifacts/bin/Carousel.Samples.AspNetCore.Sessions/release");

    /// <summary>A start is seconds of compilation, an exit waits for what is in flight, and many tests run at once.</summary>
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);

    private ChildProcess? _program;

    public int Port { get; } = FixedPort.Next();

    public string Url => $"http://127.0.0.1:{Port}";

    /// <summary>Ends when it listens.</summary>
    public async Task StartAsync()
    {
        // Not in "/": ASP.NET Core watches the folder that it is started in for changes of its settings.
        _program = ChildProcess.Start(
            s_folder, Path.Combine(s_folder, "shop"), "--urls", Url, "--store", $"127.0.0.1:{storePort}", "--JWT_KEY", "of the tests, and 32 characters long");
        await Patience.UntilAsync(IsListeningAsync, "the sample to listen", s_limit);
    }

    public void Signal(int signal) => _program!.Signal(signal);

    /// <summary>Its exit code, when it has ended.</summary>
    public async Task<int> ExitAsync()
    {
        await Patience.WithinAsync(_program!.EndAsync(), "the sample to end", s_limit);
        return await _program.ExitAsync();
    }

    /// <summary>kill -9.</summary>
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

using System.Globalization;
using Carousel.EndToEnd.Harness;

namespace Carousel.EndToEnd.Store;

/// <summary>The published store binary on its own port. Killed when disposed.</summary>
internal sealed class RunningStore : IAsyncDisposable
{
    private RunningStore(ChildProcess process, int port) => (Process, Port) = (process, port);

    /// <summary>The store binary is next to the balancer's.</summary>
    public static string Binary { get; } = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(Harness.Binary.Path))!, "carousel-store");

    public ChildProcess Process { get; }

    public int Port { get; }

    /// <summary>Resident memory of the process in bytes.</summary>
    public long ResidentBytes
    {
        get
        {
            string line = File.ReadLines($"/proc/{Process.Id}/status").First(status => status.StartsWith("VmRSS:", StringComparison.Ordinal));
            return 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        }
    }

    public static Task<RunningStore> StartAsync(params string[] flags) => StartAsync(null, flags);

    /// <summary>Starts the store with this password in its environment.</summary>
    public static async Task<RunningStore> StartAsync(string? password, string[] flags)
    {
        int port = FixedPort.Next();
        string[] arguments = [$"CAROUSEL_STORE_PASSWORD={password}", Binary, "--port", $"{port}", .. flags];
        var store = new RunningStore(ChildProcess.Start("/", "/usr/bin/env", arguments), port);
        await store.ReadyAsync();
        return store;
    }

    public Task<RespClient> ConnectAsync(string host = "127.0.0.1") => RespClient.ConnectAsync(Port, host);

    public ValueTask DisposeAsync() => Process.DisposeAsync();

    private Task ReadyAsync() => Deadlines.UntilAsync(
        () => Process.HasExited ? throw new InvalidOperationException($"the store exited: {Process.Errors}") : Process.Output.Contains('\n'), "the store to be ready");
}

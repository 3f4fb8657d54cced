using System.Net.Sockets;

namespace Carousel.Bench.Hostile.Clients;

/// <summary>Hostile connections that stay until they are disposed: each sends its beginning, and then, once a second, does what it does.</summary>
internal sealed class Crowd : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stop = new();
    private readonly Task[] _all;
    private int _lost;

    private Crowd(int count, Func<CancellationToken, Task> live) => _all = [.. Enumerable.Range(0, count).Select(_ => LiveAsync(live))];

    /// <summary>Connections that the peer ended, or did not take.</summary>
    public int Lost => Volatile.Read(ref _lost);

    /// <summary>They say this, and nothing more.</summary>
    public static Crowd Silent(int count, int port, string begins) => new(count, async stop =>
    {
        using var client = await Client.ConnectAsync(port, 0, stop);
        await client.SendAsync(begins, stop);
        while (await client.TakeAsync(4096, stop) > 0)
        {
        }
    });

    /// <summary>They say this, and then a byte a second.</summary>
    public static Crowd Senders(int count, int port, string begins) => new(count, async stop =>
    {
        using var client = await Client.ConnectAsync(port, 0, stop);
        await client.SendAsync(begins, stop);
        var responded = client.TakeAsync(1, stop);
        while (!responded.IsCompleted)
        {
            await client.SendAsync("x", stop);
            await Task.WhenAny(responded, Task.Delay(Pause, stop));
        }

        await responded;
    });

    /// <summary>They request this path and read this many bytes per second; 0: none.</summary>
    public static Crowd Readers(int count, int port, string path, int bytesASecond) => new(count, async stop =>
    {
        const int smallBuffer = 4096;
        using var client = await Client.ConnectAsync(port, smallBuffer, stop);
        await client.SendAsync(Client.Get(path), stop);
        do
        {
            await Task.Delay(Pause, stop);
        }
        while (bytesASecond == 0 || await client.TakeAsync(bytesASecond, stop) > 0);
    });

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_all);
        _stop.Dispose();
    }

    private async Task LiveAsync(Func<CancellationToken, Task> live)
    {
        try
        {
            await live(_stop.Token);
            Interlocked.Increment(ref _lost);
        }
        catch (OperationCanceledException)
        {
            // The trial is over.
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            Interlocked.Increment(ref _lost);
        }
    }
}

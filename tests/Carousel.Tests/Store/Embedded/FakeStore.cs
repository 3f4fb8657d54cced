using System.Collections.Concurrent;
using System.ComponentModel;
using Carousel.Control.Store.Embedded;

namespace Carousel.Tests.Store.Embedded;

/// <summary>Store processes that the test controls.</summary>
internal sealed class FakeStore
{
    private readonly ConcurrentQueue<FakeStoreProcess> _launched = new();

    /// <summary>Thrown by the launch while set.</summary>
    public bool Refuses { get; set; }

    public int Attempts { get; private set; }

    public IReadOnlyList<FakeStoreProcess> Launched => [.. _launched];

    public IStoreProcess Launch(string executable, EmbeddedStoreOptions options)
    {
        Attempts++;
        if (Refuses)
        {
            throw new Win32Exception(13, "Permission denied");
        }
        var process = new FakeStoreProcess();
        _launched.Enqueue(process);
        return process;
    }
}

/// <summary>One store process.</summary>
internal sealed class FakeStoreProcess : IStoreProcess
{
    private readonly TaskCompletionSource<bool> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<StoreExit> _exit = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether it exits when asked to.</summary>
    public bool Obeys { get; set; } = true;

    public bool WasAsked { get; private set; }

    public bool WasKilled { get; private set; }

    public bool IsDisposed { get; private set; }

    public Task<bool> Ready => _ready.Task;

    public Task<StoreExit> Exit => _exit.Task;

    public void BeReady() => _ready.SetResult(true);

    public void End(int code, string? error = null)
    {
        _ready.TrySetResult(false);
        _exit.TrySetResult(new StoreExit(code, error));
    }

    public void Leave()
    {
        WasAsked = true;
        if (Obeys)
        {
            End(0);
        }
    }

    public void Kill()
    {
        WasKilled = true;
        End(137);
    }

    public void Dispose() => IsDisposed = true;
}

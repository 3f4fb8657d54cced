using Carousel.Control.Files;
using Xunit;

namespace Carousel.Tests.Files;

public sealed class FileThreadTests : IDisposable
{
    private readonly FileThread _thread = new("test");
    private readonly ManualResetEventSlim _goesOn = new();

    public void Dispose()
    {
        _goesOn.Set();
        _thread.Dispose();
    }

    [Fact]
    public async Task RunAsync_Work_RunsInOrderOnOneThread()
    {
        Task<int>[] threads = [.. Enumerable.Range(0, 10).Select(_ => _thread.RunAsync(() => Environment.CurrentManagedThreadId))];
        Assert.Single((await Task.WhenAll(threads)).Distinct());
    }

    [Fact]
    public async Task RunAsync_WorkThrows_TaskFailsAndThreadContinues()
    {
        await Assert.ThrowsAsync<InvalidDataException>(() => _thread.RunAsync<int>(() => throw new InvalidDataException()));
        Assert.Equal(1, await _thread.RunAsync(() => 1));
    }

    [Fact]
    public async Task RunAsync_OneHangs_QueueIsBounded()
    {
        using var begun = new ManualResetEventSlim();
        Task<bool> hanging = _thread.RunAsync(() =>
        {
            begun.Set();
            _goesOn.Wait();
            return true;
        });
        begun.Wait(TestContext.Current.CancellationToken);
        Task<int>[] waiting = [.. Enumerable.Range(0, FileThread.MaxWaiting).Select(i => _thread.RunAsync(() => i))];
        await Assert.ThrowsAsync<IOException>(() => _thread.RunAsync(() => 0));
        Assert.DoesNotContain(waiting, task => task.IsCompleted);
        _goesOn.Set();
        Assert.True(await hanging);
        Assert.Equal(Enumerable.Range(0, FileThread.MaxWaiting), await Task.WhenAll(waiting));
    }

    [Fact]
    public void TryRun_Hangs_IsAbandoned()
    {
        Assert.False(FileThread.TryRun(() =>
        {
            _goesOn.Wait();
            return 1;
        }, TimeSpan.Zero, out int result));
        Assert.Equal(0, result);
    }
}

using System.Collections.Concurrent;
using Carousel.Control.Supervision;

namespace Carousel.Control.Files;

/// <summary>
/// A thread that runs all operations on one file in order. A file system that hangs (an unreachable NFS server) blocks only this thread: system calls on
/// files can't be cancelled. Any thread.
/// </summary>
public sealed class FileThread : IDisposable
{
    /// <summary>Limit of operations queued behind one that hangs; more are rejected.</summary>
    public const int MaxWaiting = 64;

    private readonly BlockingCollection<Action> _work = new(MaxWaiting);

    /// <summary>Starts the thread.</summary>
    /// <param name="name">Name of the thread.</param>
    public FileThread(string name) => Supervisor.OfProcess.StartThread(name, Run);

    /// <summary>Queues an operation; the task has its result or exception. It fails with an <see cref="IOException"/> if the queue is full.</summary>
    public Task<T> RunAsync<T>(Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        void Do()
        {
            try
            {
                done.SetResult(work());
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        }
        try
        {
            if (!_work.TryAdd(Do))
            {
                done.SetException(new IOException("the file system hangs"));
            }
        }
        catch (InvalidOperationException)
        {
            done.SetException(new ObjectDisposedException(nameof(FileThread)));
        }
        return done.Task;
    }

    /// <summary>Runs an operation on a thread of its own and waits up to <paramref name="limit"/>; false if it hangs, in which case the thread is abandoned.</summary>
    public static bool TryRun<T>(Func<T> work, TimeSpan limit, out T? result)
    {
        using var thread = new FileThread("file");
        Task<T> done = thread.RunAsync(work);
        bool isDone = ((IAsyncResult)done).AsyncWaitHandle.WaitOne(limit);
        result = isDone ? done.GetAwaiter().GetResult() : default;
        return isDone;
    }

    /// <summary>The thread ends after the queued operations, unless one hangs.</summary>
    public void Dispose() => _work.CompleteAdding();

    private void Run()
    {
        foreach (Action work in _work.GetConsumingEnumerable())
        {
            work();
        }
    }
}

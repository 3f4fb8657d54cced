using System.Collections.Concurrent;
using Carousel.Control.Supervision;

namespace Carousel.Control.Files;

/// <summary>
/// A thread for what is done to one file, one thing after the other. A file system that hangs (an NFS server that is gone) hangs this thread and nothing else: system
/// calls on files can't be told to give up. Any thread.
/// </summary>
public sealed class FileThread : IDisposable
{
    /// <summary>What waits behind a call that hangs; more is refused.</summary>
    public const int MaxWaiting = 64;

    private readonly BlockingCollection<Action> _work = new(MaxWaiting);

    /// <summary>Starts it.</summary>
    /// <param name="name">Of the thread.</param>
    public FileThread(string name) => Supervisor.OfProcess.StartThread(name, Run);

    /// <summary>Does this when its turn comes; the task has what it returns or throws. It fails with an <see cref="IOException"/> when too much waits.</summary>
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

    /// <summary>Does this on a thread of its own, and waits for it, but not longer than this; false if it hangs, and the thread is left to it.</summary>
    public static bool TryRun<T>(Func<T> work, TimeSpan limit, out T? result)
    {
        using var thread = new FileThread("file");
        Task<T> done = thread.RunAsync(work);
        bool isDone = ((IAsyncResult)done).AsyncWaitHandle.WaitOne(limit);
        result = isDone ? done.GetAwaiter().GetResult() : default;
        return isDone;
    }

    /// <summary>It ends when it has done what it has, unless that hangs.</summary>
    public void Dispose() => _work.CompleteAdding();

    private void Run()
    {
        foreach (Action work in _work.GetConsumingEnumerable())
        {
            work();
        }
    }
}

using System.Collections.Concurrent;
using Carousel.Engine.Linux;

namespace Carousel.Engine.Reactor;

/// <summary>Passes messages from any thread to a worker. A post wakes the worker if it may be sleeping.</summary>
internal sealed class Mailbox<T> : IDisposable
{
    private readonly ConcurrentQueue<T> _mail = new();
    private readonly EventDescriptor _wakeUp = new();
    private int _isSignalled;

    /// <summary>Readable while there may be mail.</summary>
    public int Fd => _wakeUp.Fd;

    /// <summary>Thread-safe; never blocks.</summary>
    public void Post(in T mail)
    {
        _mail.Enqueue(mail);
        // One wake-up is enough for all mail posted before the worker reads it.
        if (Interlocked.Exchange(ref _isSignalled, 1) == 0)
        {
            _wakeUp.Signal();
        }
    }

    /// <summary>To be called before reading the mail: the next post wakes the worker again.</summary>
    public void Silence()
    {
        _wakeUp.Reset();
        Interlocked.Exchange(ref _isSignalled, 0);
    }

    public bool TryTake(out T mail) => _mail.TryDequeue(out mail!);

    public void Dispose() => _wakeUp.Dispose();
}

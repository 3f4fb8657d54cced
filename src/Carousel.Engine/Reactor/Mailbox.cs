using System.Collections.Concurrent;
using Carousel.Engine.Linux;

namespace Carousel.Engine.Reactor;

/// <summary>How other threads reach a worker: post from any, take from its own. A post wakes the worker if it may be asleep.</summary>
internal sealed class Mailbox<T> : IDisposable
{
    private readonly ConcurrentQueue<T> _mail = new();
    private readonly EventDescriptor _bell = new();
    private int _rung;

    /// <summary>Readable while there may be mail.</summary>
    public int Fd => _bell.Fd;

    /// <summary>Any thread; never blocks.</summary>
    public void Post(in T mail)
    {
        _mail.Enqueue(mail);
        // One ring wakes the worker for all mail that came before it looks.
        if (Interlocked.Exchange(ref _rung, 1) == 0)
        {
            _bell.Signal();
        }
    }

    /// <summary>To be called before taking the mail: what is posted from here on rings again.</summary>
    public void Silence()
    {
        _bell.Reset();
        Interlocked.Exchange(ref _rung, 0);
    }

    public bool TryTake(out T mail) => _mail.TryDequeue(out mail!);

    public void Dispose() => _bell.Dispose();
}

using Carousel.Core.Sessions;

namespace Carousel.Tests.Engine;

/// <summary>Takes the workers' updates for the store, as the store's writer does, on its own thread.</summary>
internal sealed class QueueReader : IDisposable
{
    private const int PatienceMs = 50;

    private readonly SessionChannel _channel;
    private readonly Thread _thread;
    private volatile bool _stopped;
    private long _read;

    public QueueReader(SessionChannel channel)
    {
        _channel = channel;
        _thread = new Thread(Run);
        _thread.Start();
    }

    /// <summary>Events so far.</summary>
    public long Read => Volatile.Read(ref _read);

    public void Dispose()
    {
        _stopped = true;
        _thread.Join();
    }

    private void Run()
    {
        while (!_stopped)
        {
            foreach (SessionQueue queue in _channel.Queues)
            {
                while (queue.TryPeek(out _))
                {
                    queue.Release();
                    Interlocked.Increment(ref _read);
                }
            }
            if (_channel.TrySleep())
            {
                _channel.Arrived.Wait(PatienceMs);
            }
        }
    }
}

using System.Net;
using Carousel.Core.Events;
using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Carousel.Core.Sessions;
using Carousel.Core.Telemetry;
using Carousel.Engine;
using Carousel.Engine.Proxy;
using Carousel.Engine.Reactor;
using Carousel.Engine.Sockets;
using Carousel.Tests.Harness;
using Carousel.Tests.Ring;

namespace Carousel.Tests.Engine;

/// <summary>A real worker on the real kernel, on a thread that measures its allocations.</summary>
internal sealed class MeasuredWorker : IDisposable
{
    private readonly ListenSocket _listener = ListenSocket.Open([IPAddress.Loopback], 0)[0];
    private readonly EpollPoller _poller = new(Carousel.Engine.Reactor.EventLoop.MaxEventsPerTick);
    private readonly Worker _worker;
    private readonly Thread _thread;
    private readonly long _from, _to;
    private long _before = -1, _allocated = -1;

    /// <summary>Measures from one request number to another; the requests before warm up the worker.</summary>
    public MeasuredWorker(int serverPort, long from, long to, SessionChannel? sessions = null, int max = int.MaxValue, EngineOptions? options = null)
    {
        (_from, _to) = (from, to);
        Server[] servers = RingFixture.ServersOf(1);
        servers[0].Load.Max = max;
        UseAllOctaves(servers[0].Traffic.Of(0));
        var status = new ServerStatus([new IPEndPoint(IPAddress.Loopback, serverPort)], IsHealthy: true);
        var pool = TestPool.Of(PoolBuilder.Build([.. servers], [status]), new PoolOptions(), sessions: sessions);
        var group = new WorkerGroup(options ?? new EngineOptions(), pool, new FailureLog(), new Traffic(1, new TrafficOptions()));
        _worker = new Worker(group, _poller, new SystemClock(), new TcpTransport());
        group.Workers = [_worker];
        _worker.Listen(_listener.Fd);
        _thread = new Thread(Run);
        _thread.Start();
    }

    public int Port => _listener.Port;

    /// <summary>Stops the worker; returns the bytes that its thread allocated, -1 if there were too few requests.</summary>
    public long Finish()
    {
        _worker.Post(new Mail(MailKind.Stop));
        _thread.Join();
        return _allocated;
    }

    public void Dispose()
    {
        _worker.Dispose();
        _poller.Dispose();
        _listener.Dispose();
    }

    /// <summary>A rare latency is no allocation of the requests that are measured.</summary>
    private static void UseAllOctaves(ServerCounters counters)
    {
        for (long micros = 1; micros < TimeSpan.MicrosecondsPerHour; micros *= 2)
        {
            counters.FirstByte.Record(micros);
            counters.Total.Record(micros);
        }
    }

    private void Run()
    {
        while (!_worker.IsOver)
        {
            _worker.Loop.RunTick();
            if (_before < 0 && _worker.Requests >= _from)
            {
                _before = GC.GetAllocatedBytesForCurrentThread();
            }
            if (_allocated < 0 && _worker.Requests >= _to)
            {
                _allocated = GC.GetAllocatedBytesForCurrentThread() - _before;
            }
        }
        _worker.Upstreams.CloseKept();
    }
}

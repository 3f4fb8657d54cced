using Carousel.Core.Events;
using Carousel.Core.Pools;
using Carousel.Core.Telemetry;
using Carousel.Engine.Linux;
using Carousel.Engine.Proxy;
using Carousel.Engine.Reactor;
using Carousel.Engine.Sockets;

namespace Carousel.Engine;

/// <summary>The data plane: listens, and forwards requests to the pool's servers on its own threads.</summary>
public sealed class ProxyEngine
{
    /// <summary>
    /// Descriptors that a worker needs in addition to the connections limited by <see cref="EngineOptions.MaxSockets"/>: its epoll set, its
    /// mailbox, its pipe, the clients that it rejects, the connections that it hands over or receives, and the one that it has just
    /// accepted.
    /// </summary>
    public const int DescriptorsPerWorker = 2 + SplicePipe.Descriptors + Worker.MaxRejected + WorkerGroup.MaxHandoversPerWorker + 1;

    private readonly WorkerGroup _group;
    private Thread[] _threads = [];

    /// <summary>Opens nothing yet.</summary>
    /// <param name="options">The engine's settings.</param>
    /// <param name="pool">The pool of servers, read once per request.</param>
    /// <param name="log">The failure log.</param>
    /// <param name="traffic">The traffic statistics, for as many workers; null for none.</param>
    public ProxyEngine(EngineOptions options, Pool pool, FailureLog log, Traffic? traffic = null)
    {
        _group = new WorkerGroup(options, pool, log, traffic);
        Port = options.Port;
    }

    /// <summary>The listening port, known after <see cref="Start"/>.</summary>
    public int Port { get; private set; }

    /// <summary>Requests whose heads were accepted so far. Thread-safe; may be slightly outdated.</summary>
    public long Requests => _group.Requests;

    /// <summary>Client connections currently open. Thread-safe.</summary>
    public int Connections => _group.Limits.Open;

    /// <summary>Binds, listens and starts the workers. To be called once.</summary>
    /// <exception cref="EngineStartException">The port is in use, permission is missing, or the address does not exist.</exception>
    public void Start()
    {
        Signals.IgnoreBrokenPipe();
        ListenSocket[] sockets = ListenSocket.Open(_group.Options.Bind, Port);
        Port = sockets[0].Port;
        var clock = new SystemClock();
        var transport = new TcpTransport();
        var workers = new Worker[_group.Options.Workers];
        for (int i = 0; i < workers.Length; i++)
        {
            workers[i] = new Worker(_group, new EpollPoller(EventLoop.MaxEventsPerTick), clock, transport, i);
            foreach (ListenSocket socket in sockets)
            {
                workers[i].Listen(socket.Fd);
            }
        }
        _group.Workers = workers;
        _group.Sockets = sockets;
        _group.Pool.Follow(PostPoolChanged);
        _threads = Array.ConvertAll(workers, worker => new Thread(worker.Run) { Name = "carousel-worker" });
        Array.ForEach(_threads, thread => thread.Start());
    }

    /// <summary>
    /// Stops accepting, closes idle connections, finishes requests in flight and cuts those left after <paramref name="atMost"/>.
    /// Thread-safe; returns immediately.
    /// </summary>
    public void Drain(TimeSpan atMost) => PostAll(new Mail(MailKind.Drain, DrainMs: (long)atMost.TotalMilliseconds));

    /// <summary>Cuts all connections. Thread-safe; returns immediately.</summary>
    public void Stop() => PostAll(new Mail(MailKind.Stop));

    /// <summary>
    /// Makes every worker run one loop tick, even an idle one: its counters then show whether it is responsive. Thread-safe; returns
    /// immediately.
    /// </summary>
    public void Ping() => PostAll(new Mail(MailKind.Recheck));

    /// <summary>Blocks until every worker has ended, after <see cref="Drain"/> or <see cref="Stop"/>.</summary>
    public void WaitForExit()
    {
        Array.ForEach(_threads, thread => thread.Join());
        _group.Pool.Unfollow(PostPoolChanged);
    }

    private void PostPoolChanged(PoolUpdate update) => Array.ForEach(_group.Workers, worker => worker.PostPoolChanged());

    private void PostAll(Mail mail) => Array.ForEach(_group.Workers, worker => worker.Post(mail));
}

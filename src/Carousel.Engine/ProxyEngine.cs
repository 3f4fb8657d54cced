using Carousel.Core.Pool;
using Carousel.Core.Sessions;
using Carousel.Core.Telemetry;
using Carousel.Engine.Linux;
using Carousel.Engine.Proxy;
using Carousel.Engine.Reactor;
using Carousel.Engine.Sockets;

namespace Carousel.Engine;

/// <summary>The data plane: listens, and moves requests to the pool's servers, on threads of its own.</summary>
public sealed class ProxyEngine
{
    /// <summary>
    /// Descriptors that a worker needs besides the connections that are counted (<see cref="EngineOptions.MaxSockets"/>): its epoll set, its mailbox, its pipe, the clients
    /// that it turns away, those that it sends to others or gets from them, and the one that it has just accepted.
    /// </summary>
    public const int DescriptorsPerWorker = 2 + SplicePipe.Descriptors + Worker.MaxRejected + WorkerGroup.MaxHandoversPerWorker + 1;

    private readonly WorkerGroup _group;
    private Thread[] _threads = [];

    /// <summary>Nothing is opened yet.</summary>
    /// <param name="options">What the engine may be told.</param>
    /// <param name="pool">Where the servers are read from, once a request.</param>
    /// <param name="log">Where failures are told.</param>
    /// <param name="sessions">What is shared with the store, for as many workers as the options say; null for no sessions.</param>
    /// <param name="traffic">Where the traffic is told of, for as many workers; null for nobody who asks.</param>
    public ProxyEngine(EngineOptions options, ServerPool pool, FailureLog log, SessionChannel? sessions = null, Traffic? traffic = null)
    {
        pool.SlowStart = options.SlowStart;
        _group = new WorkerGroup(options, pool, log, sessions, traffic);
        Port = options.Port;
    }

    /// <summary>The port that is listened on, known after <see cref="Start"/>.</summary>
    public int Port { get; private set; }

    /// <summary>Requests whose heads were accepted so far. Any thread; may lag by a moment.</summary>
    public long Requests => _group.Requests;

    /// <summary>Client connections open now. Any thread.</summary>
    public int Connections => _group.Limits.Open;

    /// <summary>Binds, listens and starts the workers. Once.</summary>
    /// <exception cref="EngineStartException">Port taken, no permission, no such address.</exception>
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
        _group.Pool.Changed += PostPoolChanged;
        _group.Sockets = sockets;
        _threads = Array.ConvertAll(workers, worker => new Thread(worker.Run) { Name = "carousel-worker" });
        Array.ForEach(_threads, thread => thread.Start());
    }

    /// <summary>
    /// Stops accepting, closes idle connections, finishes what is in flight and cuts what is left after <paramref name="atMost"/>. Any thread; returns at once.
    /// </summary>
    public void Drain(TimeSpan atMost) => PostAll(new Mail(MailKind.Drain, DrainMs: (long)atMost.TotalMilliseconds));

    /// <summary>Cuts everything now. Any thread; returns at once.</summary>
    public void Stop() => PostAll(new Mail(MailKind.Stop));

    /// <summary>Makes every worker turn once, even one that has nothing to do: so their counters tell whether they can. Any thread; returns at once.</summary>
    public void Ping() => PostAll(new Mail(MailKind.Recheck));

    /// <summary>Blocks until every worker has ended, after <see cref="Drain"/> or <see cref="Stop"/>.</summary>
    public void WaitForExit()
    {
        Array.ForEach(_threads, thread => thread.Join());
        _group.Pool.Changed -= PostPoolChanged;
    }

    private void PostPoolChanged() => Array.ForEach(_group.Workers, worker => worker.PostPoolChanged());

    private void PostAll(Mail mail) => Array.ForEach(_group.Workers, worker => worker.Post(mail));
}

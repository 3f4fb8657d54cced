using System.Net;
using System.Text;
using Carousel.Core.Events;
using Carousel.Core.Net;
using Carousel.Core.Policies;
using Carousel.Core.Pools;
using Carousel.Core.Telemetry;
using Carousel.Engine.Http;
using Carousel.Engine.Linux;
using Carousel.Engine.Reactor;
using Carousel.Engine.Sessions;
using Carousel.Engine.Sockets;

namespace Carousel.Engine.Proxy;

/// <summary>
/// One thread that forwards traffic, and everything it owns. On a request's path only the ring and the snapshot are shared with other workers. Other threads
/// reach it by <see cref="Post"/>.
/// </summary>
internal sealed partial class Worker : IDeadlineOwner, IDisposable
{
    /// <summary>Smallest buffer: one read takes a large head or a 10 KB response whole.</summary>
    private const int MinBufferSize = 32 * 1024;

    /// <summary>Large buffers (1 MB) in use at which splicing is limited so that no more are needed.</summary>
    private const int MaxLarge = 4;

    /// <summary>Spare objects for new clients and exchanges.</summary>
    private const int MaxSpare = 1024;

    private readonly WorkerGroup _group;
    private readonly Mailbox<Mail> _mailbox = new();
    private readonly MailTarget _mailTarget;
    private readonly List<Listener> _listeners = [];
    private readonly Stack<Http1ClientConnection> _spareClients = new();
    private readonly Stack<Exchange> _spareExchanges = new();
    private readonly Deadline _drainDeadline;
    private readonly HttpDate _date;
    private readonly byte[] _scratch;
    private readonly RandomBytes _random = new();
    private int _connections;
    private bool _stopped;

    /// <summary>1 while a PoolChanged mail is pending.</summary>
    private int _poolWakeUp;

    public Worker(WorkerGroup group, Poller poller, Clock clock, Transport transport, int index = 0)
    {
        _group = group;
        Options = group.Options;
        Timeouts = new Timeouts(Options, group.Pool.Options);
        LeastRate = LeastRateFor(group.Pool.Current);
        Transport = transport;
        Loop = new EventLoop(poller, clock);
        Index = index;
        Telemetry = new WorkerTelemetry(index, group.Traffic, Options, Loop, _random);
        HeadLimits = new HeadLimits(Options.MaxHead, Options.MaxFields, Options.AllowsTrace);
        Trailers = new TrailerReader(Options.MaxFields);
        ResponseHeads = new ResponseHeadPool(Options.MaxFields);
        int bufferSize = Math.Max(MinBufferSize, Options.MaxHead + 2 * MessageBuffer.Headroom);
        Slab = new BufferSlab(bufferSize);
        _scratch = new byte[bufferSize];
        Pipe = new SplicePipe(Linux.Pipe.TryOpen, SplicePipe.SizeFor(Options.Workers));
        _date = new HttpDate(Loop);
        Affinity = group.Pool.Sessions is { } sessions ? new SessionAffinity(sessions, index, Loop) : null;
        Upstreams = new UpstreamPool(this);
        Queue = new RequestQueue(this, group);
        var slowStart = new SlowStart(seed: (ulong)index);
        Picker = new Picker(NewPolicy(_random), NewPolicy(_random), slowStart, Pool.Options.Panic);
        Retries = new RetryPolicy(Pool.Options.Retries, Pool.Options.RetriesWaiting);
        RequestKey = Pool.Options.Policy is { Kind: PolicyKind.Hash } policy ? new RequestKey(policy.HashBy, policy.HashName) : null;
        _drainDeadline = new Deadline(this);
        _mailTarget = new MailTarget(this, _mailbox.Fd);
        Loop.Watch(_mailTarget, Readiness.Readable);
    }

    /// <summary>The worker's index, from 0.</summary>
    public int Index { get; }

    public EngineOptions Options { get; }
    public Timeouts Timeouts { get; }

    /// <summary>Bytes a second that a client must take, or send, while it is waited for; 0 for no minimum.</summary>
    public int LeastRate { get; private set; }

    public Pool Pool => _group.Pool;
    public FailureLog Log => _group.Log;
    public OutlierDetector Outliers => Pool.Outliers;
    public Transport Transport { get; }
    public EventLoop Loop { get; }
    public BufferSlab Slab { get; }
    public SplicePipe Pipe { get; init; }
    public UpstreamPool Upstreams { get; }
    public HeadLimits HeadLimits { get; }

    /// <summary>What it counts and records with.</summary>
    public WorkerTelemetry Telemetry { get; }

    /// <summary>The worker's own counters.</summary>
    public WorkerCounters Counters => Telemetry.Counters;

    /// <summary>The requests that wait for a server with room.</summary>
    public RequestQueue Queue { get; }

    /// <summary>Chooses servers.</summary>
    public Picker Picker { get; }

    /// <summary>Decides which requests are sent again.</summary>
    public RetryPolicy Retries { get; }

    /// <summary>What is hashed of requests to choose a server; null if the policy does not hash.</summary>
    public RequestKey? RequestKey { get; }

    /// <summary>Null while sessions are off.</summary>
    public SessionAffinity? Affinity { get; }

    /// <summary>Heads of responses, which are needed only until they are encoded.</summary>
    public ResponseHeadPool ResponseHeads { get; }

    /// <summary>Reads the trailers of one message at a time: they are needed only until they are encoded.</summary>
    public TrailerReader Trailers { get; }

    /// <summary>Space for bytes that are discarded.</summary>
    public Span<byte> Scratch => _scratch;

    /// <summary>The current time for a Date field.</summary>
    public ReadOnlySpan<byte> Date => _date.Now;

    /// <summary>A body is spliced if at least this much is left: below, the setup costs more than copying (docs/decisions/0007-splice.md).</summary>
    public long SpliceFrom { get; set; } = 256 * 1024;

    /// <summary>
    /// Splices are limited to what fits into a small buffer: sinks take less than the kernel reports, or several large buffers are still in use because of
    /// that.
    /// </summary>
    public bool IsCareful => Pipe.IsCareful(Loop.Now) || Slab.LargeInUse >= MaxLarge;

    /// <summary>The least that is spliced at a time: less goes through the buffer, which takes as much at no more cost.</summary>
    public int SpliceLeast { get; set; } = 32 * 1024;

    /// <summary>Accepts no new connections; responses carry Connection: close.</summary>
    public bool IsDraining { get; private set; }

    /// <summary>True when the worker has nothing more to do and its thread may end.</summary>
    public bool IsOver => _stopped || (IsDraining && Connections == 0 && !_group.IsListening);

    /// <summary>Client connections, including those being handed to this worker. Any thread.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Requests whose heads were accepted. Any thread; may lag.</summary>
    public long Requests => Volatile.Read(ref Counters.Requests);

    /// <summary>Any thread.</summary>
    public void Post(in Mail mail) => _mailbox.Post(mail);

    /// <summary>There is a new snapshot. Any thread; several publications in a row are merged into one mail.</summary>
    public void PostPoolChanged()
    {
        if (Interlocked.Exchange(ref _poolWakeUp, 1) == 0)
        {
            Post(new Mail(MailKind.PoolChanged));
        }
    }

    /// <summary>The thread's body.</summary>
    public void Run()
    {
        while (!IsOver)
        {
            Counters.EndTick(Loop.RunTick());
        }
        Upstreams.CloseKept();
        Affinity?.FlushAll();
    }

    /// <summary>After the thread has ended, when no other thread posts any more.</summary>
    public void Dispose()
    {
        _mailbox.Dispose();
        Pipe.Dispose();
        Slab.Dispose();
    }

    /// <summary>Before the thread starts.</summary>
    public void Listen(int listeningFd)
    {
        var listener = new Listener(this, listeningFd);
        _listeners.Add(listener);
        listener.Watch();
    }

    /// <summary>Takes one retry from the budget of all workers; false if it is spent.</summary>
    public bool TakeRetry() => Pool.Budget.TryTake(_group.Requests, Loop.Now);

    /// <summary>The trusted proxies.</summary>
    public AddressSet Trusted => _group.Trusted;

    /// <summary>The authority of a request without a Host: the connection's local address and port.</summary>
    public ReadOnlySpan<byte> LocalAuthority(int fd)
    {
        SockAddr local = Transport.LocalAddress(fd);
        var endPoint = new IPEndPoint(new IPAddress(local.AddressBytes), local.Port);
        return Encoding.ASCII.GetBytes(endPoint.ToString());
    }

    /// <summary>Returns the connection's object to the pool.</summary>
    public void Closed(Http1ClientConnection client, in SockAddr peer, bool isCounted)
    {
        if (isCounted)
        {
            Counters.Connections--;
            CountOut(peer);
        }
        if (_spareClients.Count < MaxSpare)
        {
            _spareClients.Push(client);
        }
    }

    public Exchange RentExchange() => _spareExchanges.TryPop(out Exchange? spare) ? spare : new Exchange(this);

    public void Return(Exchange exchange)
    {
        if (_spareExchanges.Count < MaxSpare)
        {
            _spareExchanges.Push(exchange);
        }
    }

    /// <summary>The drain timeout has expired.</summary>
    public void OnDeadline(Deadline deadline) => Stop();

    private Policy NewPolicy(RandomBytes random) => PolicyFactory.Create(Pool.Options.Policy, BitConverter.ToUInt64(random.Next(sizeof(ulong))));

    private void ReadMail()
    {
        _mailbox.Silence();
        while (_mailbox.TryTake(out Mail mail))
        {
            switch (mail.Kind)
            {
                case MailKind.Adopt:
                    Adopt(mail.Fd, mail.Peer);
                    break;
                case MailKind.Drain:
                    Drain(mail.DrainMs);
                    break;
                case MailKind.Stop:
                    Stop();
                    break;
                case MailKind.PoolChanged:
                    Volatile.Write(ref _poolWakeUp, 0);
                    PoolChanged(Pool.Current);
                    break;
                case MailKind.MakeRoom:
                    MakeRoomFor(mail);
                    break;
                case MailKind.Room:
                    Queue.OnWakeUp();
                    break;
                case MailKind.Recheck:
                    break;
            }
        }
    }

    /// <summary>Slow clients are limited by default only where servers have request limits.</summary>
    private int LeastRateFor(PoolSnapshot pool) => Options.MinRate ?? (pool.HasLimits ? EngineOptions.MinRateWithLimits : 0);

    private void PoolChanged(PoolSnapshot pool)
    {
        LeastRate = LeastRateFor(pool);
        Upstreams.CloseUseless(pool);
        for (int place = 0; Clients.NextBusy(ref place, out Http1ClientConnection? client);)
        {
            client.PoolChanged(pool);
        }
        Queue.Recheck();
    }

    private void Drain(long withinMs)
    {
        if (!IsDraining)
        {
            IsDraining = true;
            _listeners.ForEach(listener => listener.Leave());
            _listeners.Clear();
            _group.StoppedListening();
            for (int place = 0; Clients.Next(ref place, out Http1ClientConnection? client);)
            {
                client.Leave();
            }
        }
        Loop.Wheel.Arm(_drainDeadline, Loop.Now + withinMs);
    }

    private void Stop()
    {
        for (int place = 0; Clients.Next(ref place, out Http1ClientConnection? client);)
        {
            client.Cut();
        }
        _stopped = true;
    }

    private sealed class MailTarget : EventTarget
    {
        private readonly Worker _worker;

        public MailTarget(Worker worker, int fd)
        {
            _worker = worker;
            Fd = fd;
        }

        public override void OnEvents(Readiness readiness) => _worker.ReadMail();
    }
}

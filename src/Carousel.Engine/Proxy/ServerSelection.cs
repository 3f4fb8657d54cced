using Carousel.Core.Policies;
using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Carousel.Core.Telemetry;

namespace Carousel.Engine.Proxy;

/// <summary>
/// Which server takes a request: its session's own while that can serve, else one that the policy picks, and never one that has failed the request. A pick is
/// a lease: the server counts the request as in flight until <see cref="Release"/>, and its circuit breaker is told the outcome in between. Decides only: it
/// neither queues nor connects. Its own worker's thread only.
/// </summary>
/// <param name="picker">The worker's.</param>
/// <param name="outliers">Told the outcomes.</param>
/// <param name="stickyWaitMs">How long a request may wait for its session's own server; 0 if it may not.</param>
internal struct ServerSelection(Picker picker, OutlierDetector outliers, long stickyWaitMs)
{
    /// <summary>The servers that have failed the request.</summary>
    private readonly SlotSet _tried = new();

    /// <summary>The set is not empty: spares most requests the access to it.</summary>
    private bool _wasPassedOver;

    /// <summary>The tag of the session's own server; 0 if there is none.</summary>
    private ulong _ownTag;

    /// <summary>The policy's hash key, if it needs one.</summary>
    private ulong _key;

    /// <summary>The wait for the session's own server was without success: any server will do.</summary>
    private bool _gaveUpOwn;

    /// <summary>The circuit breaker's epoch when the server was leased.</summary>
    private long _epoch;

    /// <summary>The server that has the request; null if none has.</summary>
    public Server? Server { get; private set; }

    /// <summary>The request has passed the queue once: it is not queued again behind later requests.</summary>
    public bool HasPassedQueue { get; private set; }

    /// <summary>It waits for its session's own server only.</summary>
    public bool WaitsForOwn { get; private set; }

    /// <summary>Why the last server failed, and during which activity: reported if no other can be picked.</summary>
    public FailureReason LastFailure { get; private set; }
    public string? LastActivity { get; private set; }

    /// <summary>The session is bound to a server (docs/SESSIONS.md, sticky).</summary>
    public readonly bool HasOwn => _ownTag != 0;

    /// <summary>Not every server will do.</summary>
    public readonly bool IsConstrained => HasOwn || _wasPassedOver;

    /// <summary>Begins with a request. The last one must be released.</summary>
    /// <param name="ownTag">The tag of the session's own server; 0 if there is none.</param>
    /// <param name="key">See <see cref="PickInput.Key"/>.</param>
    public void Begin(ulong ownTag, ulong key)
    {
        _ownTag = ownTag;
        _key = key;
        if (_wasPassedOver)
        {
            _wasPassedOver = false;
            _tried.Clear();
        }
        HasPassedQueue = WaitsForOwn = _gaveUpOwn = false;
        LastFailure = FailureReason.NoServer;
        LastActivity = null;
    }

    /// <summary>
    /// Leases a server, unless none can take the request, or the request is to wait for its session's own server. Returns why it does not go to its own
    /// server, if it moves to another; None otherwise.
    /// </summary>
    public FailureReason Pick(PoolSnapshot pool, long nowMs)
    {
        if (HasOwn && !_wasPassedOver)
        {
            return PickOwnOrOther(pool, nowMs);
        }
        Lease(picker.Pick(pool, _tried, nowMs, _key));
        return FailureReason.None;
    }

    /// <summary>Leases the session's own server; none if there is none or it has no room.</summary>
    public void PickOwn(PoolSnapshot pool, long nowMs) => Lease(OwnServer(pool, nowMs) is { } own && own.Load.TryEnter(nowMs) ? own : null);

    private FailureReason PickOwnOrOther(PoolSnapshot pool, long nowMs)
    {
        PickOwn(pool, nowMs);
        if (Server is not null || MayWaitForOwn(pool, nowMs))
        {
            return FailureReason.None;
        }
        Lease(picker.Pick(pool, _tried, nowMs, _key));
        if (Server is null || Server.Tag == _ownTag)
        {
            return FailureReason.None;
        }
        return pool.Find(_ownTag) is { } former ? UnavailableReason(former, pool, nowMs) : FailureReason.ServerGone;
    }

    /// <summary>After a pick without success: true if lack of room is the only reason.</summary>
    public readonly bool MayWait(PoolSnapshot pool, long nowMs) => Picker.IsFull(pool, _tried, nowMs) || OwnServer(pool, nowMs) is not null;

    /// <summary>The request is to wait: for its session's own server if it may, which <see cref="WaitsForOwn"/> says from here on, else for any.</summary>
    public void BeginWait(PoolSnapshot pool, long nowMs) => WaitsForOwn = MayWaitForOwn(pool, nowMs);

    /// <summary>The request is past the queue, whether it waited or not.</summary>
    public void PassQueue() => HasPassedQueue = true;

    /// <summary>The wait for the session's own server is over: any server will do.</summary>
    public void GiveUpOwn()
    {
        WaitsForOwn = false;
        _gaveUpOwn = true;
    }

    /// <summary>The leased server has failed the request, which is not sent there again.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="activity">What was being done.</param>
    public void PassOver(FailureReason reason, string activity)
    {
        (LastFailure, LastActivity) = (reason, activity);
        _tried.Add(Server!);
        _wasPassedOver = true;
    }

    /// <summary>True if the pool has another server that has not failed the request.</summary>
    public readonly bool HasOther(PoolSnapshot pool) => HasOther(pool.Primary) || HasOther(pool.Backup);

    /// <summary>The leased server has responded with this status.</summary>
    public readonly void Responded(int status, long nowMs) => outliers.OnResponse(Server!, _epoch, status, nowMs);

    /// <summary>The leased server has failed. Does nothing if none is leased, or if the failure is not the server's.</summary>
    public readonly void Failed(FailureReason reason, long nowMs)
    {
        if (Server is { } server)
        {
            outliers.OnFailure(server, _epoch, reason, nowMs);
        }
    }

    /// <summary>Ends the lease. A server must be leased.</summary>
    public void Release(long nowMs)
    {
        Server server = Server!;
        Server = null;
        server.Load.Leave();
        OutlierDetector.GiveBack(server, _epoch, nowMs);
    }

    private void Lease(Server? server)
    {
        Server = server;
        if (server is not null)
        {
            _epoch = server.Load.Breaker.Epoch;
        }
    }

    private readonly bool MayWaitForOwn(PoolSnapshot pool, long nowMs) => stickyWaitMs > 0 && !_gaveUpOwn && OwnServer(pool, nowMs) is not null;

    /// <summary>The session's own server, if it can serve, is not ejected, and no server has failed this request.</summary>
    private readonly Server? OwnServer(PoolSnapshot pool, long nowMs) =>
        HasOwn && !_wasPassedOver && pool.Find(_ownTag) is { } own && pool.CanServe(own) && own.Load.Breaker.MayTake(nowMs) ? own : null;

    private readonly bool HasOther(Candidates candidates)
    {
        foreach (Server server in candidates.Servers)
        {
            if (!ReferenceEquals(server, Server) && !_tried.Contains(server))
            {
                return true;
            }
        }
        return false;
    }

    private static FailureReason UnavailableReason(Server server, PoolSnapshot pool, long nowMs)
    {
        ServerStatus status = pool[server];
        return status.EndPoints.IsEmpty ? FailureReason.NameUnresolved
            : !status.IsHealthy ? FailureReason.ServerDown
            : server.Load.Breaker.MayTake(nowMs) ? FailureReason.ServerBusy
            : FailureReason.ServerEjected;
    }
}

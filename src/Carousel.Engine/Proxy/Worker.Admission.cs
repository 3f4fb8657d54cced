using Carousel.Core.Events;
using Carousel.Core.Telemetry;
using Carousel.Engine.Linux;

namespace Carousel.Engine.Proxy;

/// <summary>
/// Admission and eviction of connections. A client beyond a limit takes the place of the connection that has been idle longest; only if none is idle, it gets
/// 503. Where descriptors are short, kept connections to servers are closed first, and room is made before a request needs it
/// (docs/decisions/0017-idle-connections.md).
/// </summary>
internal sealed partial class Worker
{
    /// <summary>
    /// Rejected connections at a time. Each has a descriptor of the reserve until the client has read its 503 and closed, or until it is the oldest and its
    /// place is needed.
    /// </summary>
    public const int MaxRejected = 32;

    /// <summary>
    /// Connections idle for less than this are not evicted: their next request may already be in flight, and new connections must not displace those that are
    /// only a little older.
    /// </summary>
    public const int MinIdleMs = 1_000;

    /// <summary>Idle connections examined per eviction: for one without a request that has just arrived, or for one of a certain client.</summary>
    private const int MaxEvictionChecks = 64;

    /// <summary>1 while a MakeRoom mail is pending.</summary>
    private int _roomWakeUp;

    /// <summary>Open client connections. Those that wait for a request, and those that linger, count as idle and may be evicted.</summary>
    public ClientList Clients { get; } = new();

    /// <summary>Rejected connections that linger.</summary>
    public ClientList Rejected { get; } = new();

    /// <summary>
    /// A connection was accepted: keeps it, hands it to the worker with the fewest connections or to one that has to make room for it, or rejects it.
    /// </summary>
    public void Admit(int fd, in SockAddr peer)
    {
        Admission admission = Enter(peer);
        if (admission == Admission.Granted)
        {
            Worker worker = IsDraining ? this : _group.LeastBusy(this);
            Interlocked.Increment(ref worker._connections);
            if (ReferenceEquals(worker, this))
            {
                Adopt(fd, peer);
            }
            else
            {
                worker.Post(new Mail(MailKind.Adopt, fd, peer));
            }
        }
        else if (admission != Admission.TooManyFromClient && _group.LongestIdle(this, Loop.Now - MinIdleMs) is { } other && _group.TryBeginHandover())
        {
            Interlocked.Increment(ref other._connections); // That worker does not end before it has read this mail.
            other.Post(new Mail(MailKind.MakeRoom, fd, peer));
        }
        else
        {
            Reject(fd, peer, admission);
        }
    }

    /// <summary>A connection to a server is about to be opened; false if there is no descriptor for it and no idle connection to close.</summary>
    public bool EnterServer()
    {
        bool isIn = _group.Limits.TryEnterServer();
        if (_group.Limits.IsShort)
        {
            Relieve();
        }
        return isIn || _group.Limits.TryEnterServer();
    }

    /// <summary>A connection to a server was closed, or not opened.</summary>
    public void LeaveServer() => _group.Limits.LeaveServer();

    /// <summary>Closes an idle connection, one to a server first; false if there is none.</summary>
    public bool TryMakeRoom() => !IsDraining && (Upstreams.CloseOneKept() || CloseLongestIdle());

    /// <summary>Counts a client's connection, in the place of another if necessary.</summary>
    private Admission Enter(in SockAddr peer)
    {
        Admission admission = _group.Limits.Enter(peer);
        bool hasRoom = admission switch
        {
            Admission.TooMany => CloseLongestIdle(),
            Admission.TooManyFromClient => CloseIdleOf(peer),
            Admission.NoDescriptors => TryMakeRoom(),
            _ => false,
        };
        return hasRoom ? _group.Limits.Enter(peer) : admission;
    }

    /// <summary>Makes room here or requests it from another worker: for the requests after this one.</summary>
    private void Relieve()
    {
        if (TryMakeRoom() || IsDraining)
        {
            return;
        }
        Worker other = _group.LongestIdle(this, Loop.Now - MinIdleMs) ?? _group.Workers[(Index + 1) % _group.Workers.Length];
        if (!ReferenceEquals(other, this) && Interlocked.Exchange(ref other._roomWakeUp, 1) == 0)
        {
            other.Post(new Mail(MailKind.MakeRoom));
        }
    }

    /// <summary>Another worker has no room: for a client, or, without one, in general.</summary>
    private void MakeRoomFor(in Mail mail)
    {
        if (mail.Fd < 0)
        {
            Volatile.Write(ref _roomWakeUp, 0);
            TryMakeRoom();
            return;
        }
        _group.EndHandover();
        Admission admission = Enter(mail.Peer);
        if (admission == Admission.Granted)
        {
            Adopt(mail.Fd, mail.Peer);
            return;
        }
        Interlocked.Decrement(ref _connections);
        Reject(mail.Fd, mail.Peer, admission);
    }

    private bool CloseLongestIdle()
    {
        for (int i = 0; i < MaxEvictionChecks && Clients.IdleSince <= Loop.Now - MinIdleMs; i++)
        {
            if (Evict(Clients.FirstIdle!))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>Evicts this client's longest idle connection, if it is among the first <see cref="MaxEvictionChecks"/> of all clients.</summary>
    private bool CloseIdleOf(in SockAddr peer)
    {
        Http1ClientConnection? idle = Clients.FirstIdle;
        for (int i = 0; i < MaxEvictionChecks && idle is not null && Clients.SinceOf(idle.IdlePlace) <= Loop.Now - MinIdleMs; i++)
        {
            if (ConnectionLimits.AreOneClient(idle.Identity.Peer, peer))
            {
                return Evict(idle);
            }
            idle = Clients.NextIdle(idle.IdlePlace);
        }
        return false;
    }

    private bool Evict(Http1ClientConnection idle)
    {
        if (IsDraining || !idle.Evict())
        {
            return false;
        }
        Counters.Evicted++;
        return true;
    }

    private void Adopt(int fd, in SockAddr peer)
    {
        Http1ClientConnection client = RentClient();
        if (client.Accept(fd, peer, isCounted: true))
        {
            Counters.Accepted++;
            Counters.Connections++;
            if (IsDraining)
            {
                client.Leave(); // Handed over by a worker that was not draining yet.
            }
        }
        else
        {
            CountOut(peer);
            Log.Write(new FailureEvent(FailureReason.OutOfResources, "accepting a connection", null, 0));
        }
    }

    /// <summary>Sends a rejection. If too many linger, the oldest is closed: it has had the most time to read its own.</summary>
    private void Reject(int fd, in SockAddr peer, Admission admission)
    {
        FailureReason reason = admission switch
        {
            Admission.TooManyFromClient => FailureReason.TooManyConnectionsFromClient,
            Admission.NoDescriptors => FailureReason.OutOfResources,
            _ => FailureReason.TooManyConnections,
        };
        Log.Write(new FailureEvent(reason, "accepting a connection", null, 0));
        if (Rejected.IdleCount == MaxRejected)
        {
            Rejected.FirstIdle!.Close(abort: false);
        }
        Http1ClientConnection client = RentClient();
        if (client.Accept(fd, peer, isCounted: false))
        {
            client.Reject(reason);
        }
    }

    private Http1ClientConnection RentClient() => _spareClients.TryPop(out Http1ClientConnection? spare) ? spare : new Http1ClientConnection(this);

    private void CountOut(in SockAddr peer)
    {
        Interlocked.Decrement(ref _connections);
        _group.Limits.Leave(peer);
    }
}

using Carousel.Core.Telemetry;
using Carousel.Engine.Linux;

namespace Carousel.Engine.Proxy;

/// <summary>
/// Who comes in, and who has to go for it. A client that comes beyond a limit takes the place of the one that has been idle longest; only if none is idle, it is
/// told 503. Where descriptors are short, kept connections to servers go first, and room is made before a request needs it (docs/decisions/0017-idle-connections.md).
/// </summary>
internal sealed partial class Worker
{
    /// <summary>
    /// Connections that are being turned away at once: each has a descriptor of the reserve, until it has read its 503 and closed, or it is the oldest and its place is needed.
    /// </summary>
    public const int MaxRejected = 32;

    /// <summary>
    /// Whoever is idle for less keeps its place: a request may be on its way, and those that have just come in must not be pushed out by those that come now.
    /// </summary>
    public const int MinIdleMs = 1_000;

    /// <summary>Idle connections looked at: for one whose next request has not just arrived, or for one of a certain client.</summary>
    private const int MaxLooks = 64;

    /// <summary>1 while a letter about room is under way.</summary>
    private int _roomWakeUp;

    /// <summary>Clients' connections that may be closed when another needs the place: those that wait for a request, and those that linger.</summary>
    public IdleList Idle { get; } = new();

    /// <summary>Connections that were turned away, and linger.</summary>
    public IdleList Rejected { get; } = new();

    /// <summary>A connection was accepted: keeps it, hands it to the worker with the fewest, or to one that has to make room for it, or turns it away.</summary>
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
            Interlocked.Increment(ref other._connections); // It does not end before it has read this.
            other.Post(new Mail(MailKind.MakeRoom, fd, peer));
        }
        else
        {
            Reject(fd, peer, admission);
        }
    }

    /// <summary>A connection to a server is about to be opened; false if there is no descriptor for it, and nothing idle that could be closed.</summary>
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

    /// <summary>Closes a connection that nobody needs now, one to a server first; false if there is none.</summary>
    public bool TryMakeRoom() => !IsDraining && (Upstreams.CloseOneKept() || CloseLongestIdle());

    /// <summary>Counts a client in, if need be in the place of another.</summary>
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

    /// <summary>Makes room here, or has another worker make some: for the requests after this one.</summary>
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
        for (int i = 0; i < MaxLooks && Idle.Since <= Loop.Now - MinIdleMs; i++)
        {
            if (Evict(Idle.First!))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>Closes the connection of this client that has been idle longest, if it is among those of all clients that have.</summary>
    private bool CloseIdleOf(in SockAddr peer)
    {
        ClientConnection? idle = Idle.First;
        for (int i = 0; i < MaxLooks && idle is not null && Idle.SinceOf(idle.IdlePlace) <= Loop.Now - MinIdleMs; i++)
        {
            if (ConnectionLimits.AreOneClient(idle.Peer, peer))
            {
                return Evict(idle);
            }
            idle = Idle.After(idle.IdlePlace);
        }
        return false;
    }

    private bool Evict(ClientConnection idle)
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
        ClientConnection client = RentClient();
        if (client.Accept(fd, peer, isCounted: true))
        {
            _clients.Add(client);
            Counters.Accepted++;
            Counters.Connections++;
            if (IsDraining)
            {
                client.Leave(); // Handed over by a worker that did not know yet.
            }
        }
        else
        {
            CountOut(peer);
            Log.Write(new FailureEvent(FailureReason.OutOfResources, "accepting a connection", null, 0));
        }
    }

    /// <summary>Whoever has no place is told so: where many are, those that were told first have had their time to read it.</summary>
    private void Reject(int fd, in SockAddr peer, Admission admission)
    {
        FailureReason reason = admission switch
        {
            Admission.TooManyFromClient => FailureReason.TooManyConnectionsFromClient,
            Admission.NoDescriptors => FailureReason.OutOfResources,
            _ => FailureReason.TooManyConnections,
        };
        Log.Write(new FailureEvent(reason, "accepting a connection", null, 0));
        if (Rejected.Count == MaxRejected)
        {
            Rejected.First!.Close(abort: false);
        }
        ClientConnection client = RentClient();
        if (client.Accept(fd, peer, isCounted: false))
        {
            client.Reject(reason);
        }
    }

    private ClientConnection RentClient() => _spareClients.TryPop(out ClientConnection? spare) ? spare : new ClientConnection(this);

    private void CountOut(in SockAddr peer)
    {
        Interlocked.Decrement(ref _connections);
        _group.Limits.Leave(peer);
    }
}

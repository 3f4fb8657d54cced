using Carousel.Core.Pool;

namespace Carousel.Core.Ring;

/// <summary>
/// The ring without its lock: nodes in a doubly linked circle that begins at the origin, and a cursor on the node whose
/// turn it was last. Why it is right is in docs/decisions/0001-server-ring.md; in short:
/// <list type="bullet">
/// <item>A turn is one CAS of the cursor along one link, so each link is taken by one thread: turns are exact.</item>
/// <item>The Next of a node that left leads to a node that was in the ring later than itself: who stands on it, or sleeps
/// with it in hand, comes back into the ring in finitely many steps.</item>
/// <item>Whose turn comes was seen in the ring during the call: none is visited that had left before.</item>
/// <item>The origin never leaves, so an empty ring is one that has the origin after the origin: "none", without a wait.</item>
/// </list>
/// </summary>
internal sealed class RingCore<TSteps>
    where TSteps : struct, IRingSteps
{
    private readonly RingPlaces _places = new();
    private readonly RingNode _origin;
    private volatile int _count;
    private RingCursor _cursor;

    public RingCore()
    {
        _origin = _places.Origin;
        _cursor.Node = _origin;
    }

    public int Count => _count;

    /// <summary>Where the circle begins: for tests, which check that it is one.</summary>
    public RingNode Origin => _origin;

    public Server? Next() => Step()?.Server;

    /// <summary>
    /// One turn, then a walk that leaves the cursor alone: to the origin, and from there once around. A server that stays
    /// is met on that round, as no link leads past a node that is in the ring; each step leads to a later place, so the
    /// walk ends; and it begins in the ring, so that whom it meets was there during the call.
    /// </summary>
    public Server? NextWhere<TFilter>(in TFilter filter)
        where TFilter : struct, IServerFilter
    {
        if (Step() is not { } node)
        {
            return null;
        }
        for (int originsMet = 0; originsMet < 2;)
        {
            if (node.Server is not { } server)
            {
                originsMet++;
            }
            else if (filter.Takes(server))
            {
                return server;
            }
            TSteps.At(RingStep.ReadLink);
            node = node.Next;
        }
        return null;
    }

    public bool Add_NeedsLock(Server server) => AddAfter_NeedsLock(_places.Last.Server, server);

    public bool AddAfter_NeedsLock(Server? before, Server server) => ReserveAfter_NeedsLock(before, server) && Restore_NeedsLock(server);

    public bool ReserveAfter_NeedsLock(Server? before, Server server)
    {
        RingPlace place = before is null
            ? _origin.Place
            : _places.Find(before) ?? throw new ArgumentException($"{before} has no place in the ring", nameof(before));
        if (_places.Find(server) is not null)
        {
            return false;
        }
        _places.InsertAfter(place, server);
        return true;
    }

    public bool Restore_NeedsLock(Server server)
    {
        if (_places.Find(server) is not { Node: null } place)
        {
            return false;
        }
        Link_NeedsLock(place);
        return true;
    }

    public bool Remove_NeedsLock(Server server)
    {
        if (_places.Find(server) is not { Node: not null } place)
        {
            return false;
        }
        Unlink_NeedsLock(place);
        return true;
    }

    public bool Forget_NeedsLock(Server server)
    {
        if (_places.Find(server) is not { } place)
        {
            return false;
        }
        if (place.Node is not null)
        {
            Unlink_NeedsLock(place);
        }
        // The last turn was this server's, and its place goes: what counts now is the place before it.
        TSteps.At(RingStep.ReadCursor);
        RingNode last = _cursor.Node;
        if (last.Place == place)
        {
            last.Place = _places.Before(place);
        }
        _places.GiveUp(place);
        return true;
    }

    public Server[] ToArray_NeedsLock()
    {
        var servers = new Server[_count];
        RingNode node = _origin;
        for (int i = 0; i < servers.Length; i++)
        {
            node = node.Next;
            servers[i] = node.Server!;
        }
        return servers;
    }

    /// <summary>
    /// Moves the cursor to the next node in the ring; null if the ring is empty. Lock-free: it repeats only when another
    /// thread moved the cursor.
    /// </summary>
    private RingNode? Step()
    {
        while (true)
        {
            TSteps.At(RingStep.ReadCursor);
            RingNode last = _cursor.Node;
            if (After(last) is not { } next)
            {
                return null;
            }
            TSteps.At(RingStep.MoveCursor);
            if (Interlocked.CompareExchange(ref _cursor.Node, next, last) == last)
            {
                return next;
            }
        }
    }

    /// <summary>
    /// The first node in the ring that the links lead to; null if the ring is empty. More than a step only past the origin
    /// and nodes that left, each at a later place than the one before.
    /// </summary>
    private RingNode? After(RingNode node)
    {
        do
        {
            TSteps.At(RingStep.ReadLink);
            node = node.Next;
            if (node == _origin)
            {
                TSteps.At(RingStep.ReadLink);
                node = _origin.Next;
                if (node == _origin)
                {
                    return null;
                }
            }
            TSteps.At(RingStep.ReadMark);
        }
        while (!node.InRing);
        return node;
    }

    /// <summary>
    /// <code>
    /// before    P ⇄ S        X: its links set, known to nobody
    /// between   P → X → S    and P ← S: only who holds the lock looks back
    /// after     P ⇄ X ⇄ S
    ///
    /// the cursor on L, which was between P and X, and left:
    /// before    P ⇄ S, L → S
    /// after     P ⇄ X ⇄ S, L → X, lest the next turn pass X over
    /// </code>
    /// </summary>
    private void Link_NeedsLock(RingPlace place)
    {
        RingNode before = _places.NodeBefore(place);
        RingNode after = before.Next;
        var node = new RingNode(place) { Next = after, Prev = before, InRing = true };
        TSteps.At(RingStep.WriteLink);
        before.Next = node;
        after.Prev = node;
        place.Node = node;
        _count++;
        TSteps.At(RingStep.ReadCursor);
        RingNode last = _cursor.Node;
        if (before.Place.Order <= last.Place.Order && last.Place.Order < place.Order)
        {
            TSteps.At(RingStep.WriteLink);
            last.Next = node;
        }
    }

    /// <summary>
    /// <code>
    /// before    P ⇄ X ⇄ S
    /// between   P ⇄ S, X → S: who stands on X goes on to S; nobody comes to X but who read P's link before
    /// after     P ⇄ S, X → S, and X marked: who read P's link before passes X over
    /// </code>
    /// X forgets P: else X → P → X', the next stay of its server, and so on for as long as nothing turns the cursor on X,
    /// and none of them could be collected.
    /// </summary>
    private void Unlink_NeedsLock(RingPlace place)
    {
        RingNode node = place.Node!;
        TSteps.At(RingStep.WriteLink);
        node.Prev.Next = node.Next;
        node.Next.Prev = node.Prev;
        node.Prev = node;
        TSteps.At(RingStep.WriteMark);
        node.InRing = false;
        place.Node = null;
        _count--;
    }
}

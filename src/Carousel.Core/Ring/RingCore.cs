using Carousel.Core.Servers;

namespace Carousel.Core.Ring;

/// <summary>
/// The ring without its lock: nodes in a doubly linked circle that starts at the origin, and a cursor on the node picked last.
/// The proof of correctness is in docs/decisions/0001-server-ring.md; in short:
/// <list type="bullet">
/// <item>A rotation step is one CAS of the cursor along one link. Each link is taken by one thread, so the rotation is exact.</item>
/// <item>The Next of a removed node leads to a node that was in the ring later than itself. A cursor on it, or a delayed thread that holds it,
/// returns to the ring in finitely many steps.</item>
/// <item>A picked node was seen in the ring during the call: a node removed before the call is never picked.</item>
/// <item>The origin is never removed, so in an empty ring the origin follows itself: the result is null, without a wait.</item>
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

    /// <summary>The start of the circle; tests check that it is one.</summary>
    public RingNode Origin => _origin;

    public Server? Next() => Step()?.Server;

    /// <summary>
    /// One rotation step, then a scan that does not move the cursor: to the origin, and from there once around. A server that stays in the ring is
    /// met on that round, since no link skips a node in the ring. Each step leads to a later place, so the scan ends. It starts in the ring, so every
    /// server it meets was in the ring during the call.
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
            : _places.Find(before) ?? throw new ArgumentException($"{before} is not known to the ring", nameof(before));
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
        // The cursor is on this server, and its place is removed: use the place before it.
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

    /// <summary>Moves the cursor to the next node in the ring; null if the ring is empty. Lock-free: loops only when another thread moved the cursor.</summary>
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
    /// The first node in the ring that the links lead to; null if the ring is empty. Takes more than one step only past the origin and removed nodes,
    /// each at a later place than the one before.
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
    /// before    P ⇄ S        X: its links set, not reachable
    /// between   P → X → S    and P ← S: Prev is read only under the lock
    /// after     P ⇄ X ⇄ S
    ///
    /// the cursor on L, a removed node between P and X:
    /// before    P ⇄ S, L → S
    /// after     P ⇄ X ⇄ S, L → X, so that the next step does not skip X
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
    /// between   P ⇄ S, X → S: a cursor on X moves on to S; only a thread that has read P's link already can reach X
    /// after     P ⇄ S, X → S, and X marked: a thread that has read P's link skips X
    /// </code>
    /// X's Prev is cleared. Otherwise X → P → X' (the server's next node) and so on would form a chain while the cursor rests on X,
    /// and no node of it could be collected.
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

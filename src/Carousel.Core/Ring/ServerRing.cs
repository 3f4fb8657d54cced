using Carousel.Core.Pool;

namespace Carousel.Core.Ring;

/// <summary>
/// The rotation's one truth: servers in a circle, and whose turn it was last. Any thread may call anything.
/// <para>Turns take no lock and allocate nothing; what changes the ring takes one lock. The ring knows a server from
/// <see cref="Add"/> to <see cref="Forget"/>, and keeps its place while it is out, so that it comes back where it was in
/// whatever order its neighbours left and came. A turn that is under way while a server is inserted may pass that server
/// over once.</para>
/// </summary>
public sealed class ServerRing
{
    private readonly RingCore<NoSteps> _core = new();
    private readonly Lock _gate = new();

    /// <summary>How many servers are in the ring, those that are out not counted.</summary>
    public int Count => _core.Count;

    internal RingNode Origin => _core.Origin;

    /// <summary>
    /// Turns the ring one step: the server whose place follows that of the last one. Null if the ring is empty.
    /// Never a server that had left before the call. N turns over k servers that stay give each N/k, rounded up or down,
    /// and whatever comes and goes between them, those that stay get as many turns as one another (one more or less).
    /// </summary>
    public Server? Next() => _core.Next();

    /// <summary>
    /// Turns the ring one step and from there takes the first server that the filter takes, so that the requests of one
    /// that fails spread over all others. Null only if no such server stays in the ring throughout the call. Visits each
    /// server at most twice.
    /// </summary>
    internal Server? NextWhere<TFilter>(in TFilter filter)
        where TFilter : struct, IServerFilter => _core.NextWhere(filter);

    /// <summary>Puts a new server at the end of the rotation. False if the ring knows it, in or out.</summary>
    /// <exception cref="ArgumentException">The ring knows another server with that slot.</exception>
    public bool Add(Server server)
    {
        lock (_gate)
        {
            return _core.Add_NeedsLock(server);
        }
    }

    /// <summary>
    /// Puts a new server right after the place of <paramref name="before"/>, be that in or out, or, for null, at the start
    /// of the rotation. False if the ring knows it.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// The ring does not know <paramref name="before"/>, or knows another server with the new one's slot.
    /// </exception>
    public bool AddAfter(Server? before, Server server)
    {
        lock (_gate)
        {
            return _core.AddAfter_NeedsLock(before, server);
        }
    }

    /// <summary>As <see cref="AddAfter"/>, but the server is out until <see cref="Restore"/>.</summary>
    /// <inheritdoc cref="AddAfter" path="/exception"/>
    public bool ReserveAfter(Server? before, Server server)
    {
        lock (_gate)
        {
            return _core.ReserveAfter_NeedsLock(before, server);
        }
    }

    /// <summary>Takes a server out and keeps its place. False if it is not in.</summary>
    public bool Remove(Server server)
    {
        lock (_gate)
        {
            return _core.Remove_NeedsLock(server);
        }
    }

    /// <summary>
    /// Puts a server that is out back in its place. False if it is in, or not known: news of a server that was forgotten
    /// meanwhile doesn't bring it back.
    /// </summary>
    public bool Restore(Server server)
    {
        lock (_gate)
        {
            return _core.Restore_NeedsLock(server);
        }
    }

    /// <summary>Takes a server out for good: its place and its slot are free. False if the ring doesn't know it.</summary>
    public bool Forget(Server server)
    {
        lock (_gate)
        {
            return _core.Forget_NeedsLock(server);
        }
    }

    /// <summary>The servers in the ring at one moment, a full rotation from its start. Turns nothing.</summary>
    public Server[] ToArray()
    {
        lock (_gate)
        {
            return _core.ToArray_NeedsLock();
        }
    }
}

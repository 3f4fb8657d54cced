using Carousel.Core.Servers;

namespace Carousel.Core.Ring;

/// <summary>
/// The rotation: a circle of servers and a cursor on the last one picked. All members may be called from any thread.
/// <para>Rotation steps take no lock and allocate nothing; changes of the ring take one lock. The ring knows a server from <see cref="Add"/>
/// to <see cref="Forget"/> and keeps its place while it is out, so that it is restored to the same position in any order of removals and restores. A step
/// concurrent with an insertion may skip the inserted server once.</para>
/// </summary>
public sealed class ServerRing
{
    private readonly RingCore<NoSteps> _core = new();
    private readonly Lock _gate = new();

    /// <summary>Number of servers in the ring, without those that are out.</summary>
    public int Count => _core.Count;

    internal RingNode Origin => _core.Origin;

    /// <summary>
    /// Moves the cursor one step and returns the server at the next place. Null if the ring is empty. Never a server that was removed before the
    /// call. N steps over k servers that stay give each N/k, rounded up or down. Whatever is added or removed between the steps, servers that stay
    /// get equal numbers of steps, plus or minus one.
    /// </summary>
    public Server? Next() => _core.Next();

    /// <summary>
    /// Moves the cursor one step and returns the first server from there on that the filter accepts, so that requests of a failed server spread over
    /// all others. Null only if no such server stays in the ring throughout the call. Checks each server at most twice.
    /// </summary>
    internal Server? NextWhere<TFilter>(in TFilter filter)
        where TFilter : struct, IServerFilter => _core.NextWhere(filter);

    /// <summary>Adds a new server at the end of the rotation. False if the ring knows it, in or out.</summary>
    /// <exception cref="ArgumentException">The ring knows another server with that slot.</exception>
    public bool Add(Server server)
    {
        lock (_gate)
        {
            return _core.Add_NeedsLock(server);
        }
    }

    /// <summary>
    /// Adds a new server right after the place of <paramref name="before"/>, in or out; for null, at the start of the rotation. False if the ring
    /// knows the server.
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

    /// <summary>Takes a server out and keeps its place. False if it is not in the ring.</summary>
    public bool Remove(Server server)
    {
        lock (_gate)
        {
            return _core.Remove_NeedsLock(server);
        }
    }

    /// <summary>Restores a server that is out to its place. False if it is in the ring or unknown: a late update cannot restore a removed server.</summary>
    public bool Restore(Server server)
    {
        lock (_gate)
        {
            return _core.Restore_NeedsLock(server);
        }
    }

    /// <summary>Removes a server, its place and its slot. False if the ring does not know it.</summary>
    public bool Forget(Server server)
    {
        lock (_gate)
        {
            return _core.Forget_NeedsLock(server);
        }
    }

    /// <summary>The servers in the ring at one moment, a full rotation from its start. Does not move the cursor.</summary>
    public Server[] ToArray()
    {
        lock (_gate)
        {
            return _core.ToArray_NeedsLock();
        }
    }
}

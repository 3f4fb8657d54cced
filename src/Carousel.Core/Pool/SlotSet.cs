namespace Carousel.Core.Pool;

/// <summary>
/// A set of servers, indexed by slot: those a request has tried. Compares the server, not only the slot: a server that reuses a removed server's slot
/// was not tried. Reusable; allocates only when the pool grows.
/// </summary>
public sealed class SlotSet
{
    private Server?[] _bySlot = [];

    /// <summary>Number of servers in the set.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a server, replacing another one with the same slot; adding it twice has no effect.</summary>
    public void Add(Server server)
    {
        if (server.Slot >= _bySlot.Length)
        {
            Array.Resize(ref _bySlot, Math.Max(server.Slot + 1, 2 * _bySlot.Length));
        }
        ref Server? held = ref _bySlot[server.Slot];
        Count += held is null ? 1 : 0;
        held = server;
    }

    /// <summary>True if this server was added since the last <see cref="Clear"/>.</summary>
    public bool Contains(Server server) => server.Slot < _bySlot.Length && ReferenceEquals(_bySlot[server.Slot], server);

    /// <summary>Empties the set.</summary>
    public void Clear()
    {
        if (Count != 0)
        {
            Array.Clear(_bySlot);
            Count = 0;
        }
    }
}

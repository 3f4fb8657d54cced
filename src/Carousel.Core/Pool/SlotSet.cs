namespace Carousel.Core.Pool;

/// <summary>
/// A set of servers, held by slot: which of them a request has tried. By the server, not by the slot alone: who takes over the slot of one that left was
/// not tried. Reused, so that it allocates only when the pool grows.
/// </summary>
public sealed class SlotSet
{
    private Server?[] _bySlot = [];

    /// <summary>How many slots are in the set.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a server, instead of the one that had its slot; adding it twice changes nothing.</summary>
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

    /// <summary>True if that very server was added since the last <see cref="Clear"/>.</summary>
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

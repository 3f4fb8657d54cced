using Carousel.Core.Servers;

namespace Carousel.Core.Ring;

/// <summary>The order of all servers, including those that are out. Not synchronized: used under the ring's lock.</summary>
internal sealed class RingPlaces
{
    private readonly List<RingPlace> _inOrder;
    private readonly Dictionary<int, RingPlace> _bySlot = [];

    public RingPlaces()
    {
        var place = new RingPlace(server: null);
        Origin = new RingNode(place);
        place.Node = Origin;
        _inOrder = [place];
    }

    /// <summary>The start of the rotation.</summary>
    public RingNode Origin { get; }

    /// <summary>The last place.</summary>
    public RingPlace Last => _inOrder[^1];

    /// <summary>The place of this server; null if it has none.</summary>
    public RingPlace? Find(Server server)
    {
        RingPlace? place = _bySlot.GetValueOrDefault(server.Slot);
        return ReferenceEquals(place?.Server, server) ? place : null;
    }

    /// <summary>Inserts a place for a server that has none. Renumbers the places after it.</summary>
    /// <exception cref="ArgumentException">Another server has that slot.</exception>
    public void InsertAfter(RingPlace before, Server server)
    {
        if (_bySlot.GetValueOrDefault(server.Slot) is { } holder)
        {
            throw new ArgumentException($"slot {server.Slot} is used by {holder.Server}", nameof(server));
        }
        var place = new RingPlace(server);
        _bySlot[server.Slot] = place;
        _inOrder.Insert(before.Order + 1, place);
        NumberFrom(before.Order + 1);
    }

    /// <summary>Removes the place and frees its slot.</summary>
    public void GiveUp(RingPlace place)
    {
        int order = place.Order;
        _inOrder.RemoveAt(order);
        _bySlot.Remove(place.Server!.Slot);
        place.Order = RingPlace.GivenUp;
        NumberFrom(order);
    }

    /// <summary>The place before this one; the origin's if it is the first.</summary>
    public RingPlace Before(RingPlace place) => _inOrder[place.Order - 1];

    /// <summary>The nearest node in the ring whose place is before this one; the origin if there is none.</summary>
    public RingNode NodeBefore(RingPlace place)
    {
        for (int order = place.Order - 1; order > 0; order--)
        {
            if (_inOrder[order].Node is { } node)
            {
                return node;
            }
        }
        return Origin;
    }

    private void NumberFrom(int order)
    {
        for (; order < _inOrder.Count; order++)
        {
            _inOrder[order].Order = order;
        }
    }
}

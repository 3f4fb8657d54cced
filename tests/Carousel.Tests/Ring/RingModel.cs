using Carousel.Core.Servers;

namespace Carousel.Tests.Ring;

/// <summary>Model of the ring for a single thread: a list of places, and the index of the last step's.</summary>
internal sealed class RingModel
{
    private readonly List<(Server Server, bool In)> _places = [];
    private int _last = -1;

    public IEnumerable<Server> Servers => _places.Where(place => place.In).Select(place => place.Server);

    public Server? Next() => FirstAfter(_last, tried: []) is { } found ? _places[_last = found].Server : null;

    public Server? NextUntried(HashSet<int> tried)
    {
        return Next() is not null && FirstAfter(_last - 1, tried) is { } found ? _places[found].Server : null;
    }

    public bool Add(Server server) => !Knows(server) && Insert(_places.Count, server);

    public bool AddAfter(Server? before, Server server)
    {
        return !Knows(server) && Insert(before is null ? 0 : IndexOf(before) + 1, server);
    }

    public bool Remove(Server server) => Set(server, nowIn: false);

    public bool Restore(Server server) => Set(server, nowIn: true);

    public bool Forget(Server server)
    {
        int index = IndexOf(server);
        if (index < 0)
        {
            return false;
        }
        _places.RemoveAt(index);
        _last -= index <= _last ? 1 : 0;
        return true;
    }

    public bool Knows(Server server) => IndexOf(server) >= 0;

    private int? FirstAfter(int last, HashSet<int> tried)
    {
        for (int i = 0; i < _places.Count; i++)
        {
            int index = (last + 1 + i) % _places.Count;
            if (_places[index].In && !tried.Contains(_places[index].Server.Slot))
            {
                return index;
            }
        }
        return null;
    }

    private bool Insert(int index, Server server)
    {
        _places.Insert(index, (server, true));
        _last += index <= _last ? 1 : 0;
        return true;
    }

    private bool Set(Server server, bool nowIn)
    {
        int index = IndexOf(server);
        if (index < 0 || _places[index].In == nowIn)
        {
            return false;
        }
        _places[index] = (server, nowIn);
        return true;
    }

    private int IndexOf(Server server) => _places.FindIndex(place => place.Server == server);
}

using Carousel.Core.Policies;
using Carousel.Core.Ring;
using Carousel.Core.Servers;
using Xunit;

namespace Carousel.Tests.Ring.Interleavings;

/// <summary>A ring that records its calls and checks their results.</summary>
internal sealed class RecordedRing
{
    private readonly RingCore<ExploredSteps> _core = new();
    private readonly Server[] _placesInOrder;
    private readonly HashSet<Server> _atFirst;
    private readonly List<(Server Server, bool NowIn, int Begin, int End)> _changes = [];
    private readonly List<(Server? Response, int[] Tried, int Begin, int End)> _picks = [];
    private int _clock;

    /// <summary>A ring with these servers in it.</summary>
    /// <param name="placesInOrder">All servers of the scenario, in their final order.</param>
    /// <param name="atFirst">Servers in the ring at the start.</param>
    /// <param name="outAtFirst">Servers known to the ring but out at the start.</param>
    public RecordedRing(Server[] placesInOrder, Server[] atFirst, params Server[] outAtFirst)
    {
        _placesInOrder = placesInOrder;
        _atFirst = [.. atFirst];
        foreach (Server server in placesInOrder.Where(server => _atFirst.Contains(server) || outAtFirst.Contains(server)))
        {
            _core.Add_NeedsLock(server);
        }
        Array.ForEach(outAtFirst, server => _core.Remove_NeedsLock(server));
    }

    /// <summary>Rotation steps by the calling thread.</summary>
    public void Next(int steps)
    {
        for (int i = 0; i < steps; i++)
        {
            int begin = _clock++;
            Server? response = _core.Next();
            _picks.Add((response, [], begin, _clock++));
        }
    }

    public void NextUntried(params Server[] tried)
    {
        var slots = new SlotSet();
        Array.ForEach(tried, slots.Add);
        int begin = _clock++;
        Server? response = _core.NextWhere(new PickInput(slots, 0));
        _picks.Add((response, [.. tried.Select(server => server.Slot)], begin, _clock++));
    }

    public void Add(Server server) => Change(server, nowIn: true, () => _core.Add_NeedsLock(server));

    public void AddAfter(Server? before, Server server) => Change(server, nowIn: true, () => _core.AddAfter_NeedsLock(before, server));

    public void Remove(Server server) => Change(server, nowIn: false, () => _core.Remove_NeedsLock(server));

    public void Restore(Server server) => Change(server, nowIn: true, () => _core.Restore_NeedsLock(server));

    public void Forget(Server server) => Change(server, nowIn: false, () => _core.Forget_NeedsLock(server));

    /// <summary>Throws if a result or the ring's current state is wrong.</summary>
    public void Check()
    {
        Assert.All(_picks, CheckPick);
        Server[] expected = [.. _placesInOrder.Where(server => CertainlyIn(server, _clock))];
        RingFixture.AssertCircle(_core.Origin, expected);
        Assert.Equal(expected, _core.ToArray_NeedsLock());
        Assert.Equal(expected.Length, _core.Count);
        CheckStayingServersArePickedEqually();
        CheckFullRotation(expected);
    }

    private void CheckPick((Server? Response, int[] Tried, int Begin, int End) pick)
    {
        IEnumerable<int> call = Enumerable.Range(pick.Begin, pick.End - pick.Begin + 1);
        if (pick.Response is { } server)
        {
            Assert.DoesNotContain(server.Slot, pick.Tried);
            Assert.False(call.All(at => CertainlyOut(server, at)), $"{server} was out throughout the call");
            return;
        }
        Server[] untried = [.. _placesInOrder.Where(server => !pick.Tried.Contains(server.Slot))];
        if (pick.Tried.Length == 0)
        {
            Assert.True(call.Any(at => !untried.Any(server => CertainlyIn(server, at))), "null, but the ring was never empty");
        }
        Assert.DoesNotContain(untried, server => call.All(at => CertainlyIn(server, at)));
    }

    private void CheckStayingServersArePickedEqually()
    {
        if (_picks.Any(pick => pick.Tried.Length > 0))
        {
            return; // retries give servers more picks than their share
        }
        int[] picks = [.. _atFirst.Where(server => _changes.All(change => change.Server != server))
            .Select(server => _picks.Count(pick => pick.Response == server))];
        Assert.True(picks.Length == 0 || picks.Max() - picks.Min() <= 1, $"picks of the servers that stayed: {string.Join(' ', picks)}");
    }

    private void CheckFullRotation(Server[] expected)
    {
        Server?[] picks = [.. expected.Select(_ => _core.Next())];
        int start = Array.IndexOf(expected, picks.FirstOrDefault());
        Assert.Equal(picks, expected.Length == 0 ? [] : [.. expected[start..], .. expected[..start]]);
        Assert.Same(picks.FirstOrDefault(), _core.Next());
    }

    private void Change(Server server, bool nowIn, Func<bool> change) => Explorer.Locked(() =>
    {
        int begin = _clock++;
        bool changed = change();
        if (changed)
        {
            _changes.Add((server, nowIn, begin, _clock++));
        }
        return changed;
    });

    private bool CertainlyIn(Server server, int at) => Certain(server, at) == true;

    private bool CertainlyOut(Server server, int at) => Certain(server, at) == false;

    /// <summary>Null while a change is in progress.</summary>
    private bool? Certain(Server server, int at)
    {
        bool? state = _atFirst.Contains(server);
        foreach ((_, bool nowIn, _, int end) in _changes.Where(change => change.Server == server && change.Begin <= at))
        {
            state = end <= at ? nowIn : null;
        }
        return state;
    }
}

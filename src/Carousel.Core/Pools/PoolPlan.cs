using System.Collections.Immutable;
using System.Net;
using Carousel.Core.Config;
using Carousel.Core.Servers;

namespace Carousel.Core.Pools;

/// <summary>Computes the next pool from the current one and a new list of servers. Changes nothing yet, but takes slots for new servers.</summary>
internal sealed class PoolPlan
{
    private readonly PoolSnapshot _now;
    private readonly Dictionary<ulong, ServerEntry> _listed;

    /// <param name="now">The current pool.</param>
    /// <param name="entries">The new list; the last of several entries with the same address counts.</param>
    /// <param name="probed">New servers wait for their first verdict.</param>
    /// <param name="slots">Where the slots of new servers come from.</param>
    public PoolPlan(PoolSnapshot now, IReadOnlyList<ServerEntry> entries, bool probed, SlotAllocator slots)
    {
        _now = now;
        _listed = [];
        foreach (ServerEntry entry in entries)
        {
            _listed[ServerIds.Tag(entry.Address.Url)] = entry;
        }
        Dictionary<ulong, Server> added = New(slots);
        Servers = Ordered(entries, added);
        Statuses = [.. Servers.Select(server => added.ContainsKey(server.Tag) ? First(server, probed) : now[server] with { IsLeaving = !IsListed(server) })];
        Change = new PoolChange(
            [.. Servers.Where(server => added.ContainsKey(server.Tag))],
            [.. now.Servers.Where(server => now[server].IsLeaving && IsListed(server))],
            [.. now.Servers.Where(server => !now[server].IsLeaving && !IsListed(server))],
            [.. now.Servers.Where(IsListed).Select(Changed).Where(changed => changed.After with { Line = changed.Before.Line } != changed.Before)]);
    }

    /// <summary>All servers of the next pool, including leaving ones, in the order of their places.</summary>
    public ImmutableArray<Server> Servers { get; }

    /// <summary>Their statuses, in the same order.</summary>
    public ImmutableArray<ServerStatus> Statuses { get; }

    /// <summary>The changes.</summary>
    public PoolChange Change { get; }

    /// <summary>The server's entry in the new list; its last entry if it is no longer listed.</summary>
    public ServerEntry EntryOf(Server server) => _listed.GetValueOrDefault(server.Tag, server.Entry);

    private bool IsListed(Server server) => _listed.ContainsKey(server.Tag);

    private ChangedServer Changed(Server server) => new(server, server.Entry, _listed[server.Tag]);

    /// <summary>Creates a server for each entry that the pool has none for.</summary>
    private Dictionary<ulong, Server> New(SlotAllocator slots)
    {
        ServerEntry[] entries = [.. _listed.Where(listed => _now.Find(listed.Key) is null).Select(listed => listed.Value)];
        string[] ids = ServerIds.For([.. entries.Select(entry => entry.Address.Url), .. _now.Servers.Select(server => server.Entry.Address.Url)]);
        return entries.Select((entry, i) => new Server(ids[i], slots.Take(), entry)).ToDictionary(server => server.Tag);
    }

    /// <summary>Existing servers keep their places; a new one comes right after the one listed before it.</summary>
    private ImmutableArray<Server> Ordered(IReadOnlyList<ServerEntry> entries, Dictionary<ulong, Server> added)
    {
        var places = new LinkedList<Server>(_now.Servers);
        var placeOf = new Dictionary<ulong, LinkedListNode<Server>>();
        for (LinkedListNode<Server>? place = places.First; place is not null; place = place.Next)
        {
            placeOf[place.Value.Tag] = place;
        }
        LinkedListNode<Server>? last = null;
        foreach (ulong tag in entries.Select(entry => ServerIds.Tag(entry.Address.Url)))
        {
            if (!placeOf.TryGetValue(tag, out LinkedListNode<Server>? place))
            {
                place = last is null ? places.AddFirst(added[tag]) : places.AddAfter(last, added[tag]);
                placeOf[tag] = place;
            }
            last = place;
        }
        return [.. places];
    }

    /// <summary>Copies the addresses of another server with the same name, to avoid a lookup.</summary>
    private ServerStatus First(Server server, bool probed)
    {
        ServerStatus first = PoolBuilder.First(server, probed);
        ServerAddress address = server.Entry.Address;
        return first.EndPoints.IsEmpty && _now.Servers.FirstOrDefault(other => other.Entry.Address.Host == address.Host) is { } other
            ? first with { EndPoints = [.. _now.EndPoints(other).Select(endPoint => new IPEndPoint(endPoint.Address, address.Port))] }
            : first;
    }
}

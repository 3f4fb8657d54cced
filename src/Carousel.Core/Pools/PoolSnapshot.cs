using System.Collections.Immutable;
using System.Net;
using Carousel.Core.Policies;
using Carousel.Core.Servers;

namespace Carousel.Core.Pools;

/// <summary>
/// The state of the pool for one request: read it once and use it until the request ends. Immutable, except the rings, which all snapshots of a pool
/// share: their cursors move, and servers are taken out and restored. So a server from a ring may briefly have no end points in this snapshot; skip
/// it like one that can't be connected to.
/// </summary>
public sealed class PoolSnapshot
{
    private static readonly ServerStatus Unknown = new([], IsHealthy: false);

    private readonly ImmutableArray<Member> _members;

    /// <summary>The slot of the first member: the slots of a pool need not start at 0.</summary>
    private readonly int _firstSlot;

    private readonly Dictionary<ulong, Server> _byTag;

    /// <param name="rings">The rotations of the servers that take new sessions; they keep the places of all others.</param>
    /// <param name="servers">All servers, in the order of their places.</param>
    /// <param name="statuses">Their statuses, in the same order.</param>
    public PoolSnapshot(ServerRings rings, ImmutableArray<Server> servers, ImmutableArray<ServerStatus> statuses)
        : this(rings, servers, FirstSlot(servers), BySlot(servers, statuses), servers.ToDictionary(server => server.Tag), before: null)
    {
    }

    private PoolSnapshot(
        ServerRings rings, ImmutableArray<Server> servers, int firstSlot, ImmutableArray<Member> members, Dictionary<ulong, Server> byTag, PoolSnapshot? before)
    {
        Rings = rings;
        _firstSlot = firstSlot;
        _members = members;
        _byTag = byTag;
        Servers = servers;
        HasLimits = servers.Any(server => server.Entry.MaxRequests is not null);
        LeavingServersTakeTraffic = !servers.Any(server => !this[server].IsLeaving && TakesNewTraffic(server));
        Primary = Of(isBackup: false, before?.Primary);
        Backup = Of(isBackup: true, before?.Backup);
    }

    /// <summary>
    /// All servers in the order of their places: file order, except lines that moved later. The same array until servers are added or removed.
    /// </summary>
    public ImmutableArray<Server> Servers { get; }

    /// <summary>Primaries that take new sessions.</summary>
    public Candidates Primary { get; }

    /// <summary>Backups that take new sessions, used if none of <see cref="Primary"/> can serve.</summary>
    public Candidates Backup { get; }

    /// <summary>True if a server has a limit of requests: a request that holds a slot for a long time then blocks others.</summary>
    public bool HasLimits { get; }

    /// <summary>The status of a server. One that is not in this snapshot can't serve.</summary>
    public ServerStatus this[Server server]
    {
        get
        {
            int place = server.Slot - _firstSlot;
            return (uint)place < (uint)_members.Length && ReferenceEquals(_members[place].Server, server) ? _members[place].ServerStatus : Unknown;
        }
    }

    /// <summary>True if the pool has this server, able to serve or not.</summary>
    public bool Contains(Server server) => ReferenceEquals(Find(server.Tag), server);

    /// <summary>A server's addresses, in the order to try; empty while its name does not resolve.</summary>
    public ImmutableArray<IPEndPoint> EndPoints(Server server) => this[server].EndPoints;

    /// <summary>The server with this <see cref="Server.Tag"/>, able to serve or not; null if the pool has none.</summary>
    public Server? Find(ulong tag) => _byTag.GetValueOrDefault(tag);

    /// <summary>True if requests of the server's existing sessions may be sent to it.</summary>
    public bool CanServe(Server server) => this[server].CanServe;

    /// <summary>True if any request may be sent there. The only place where this is decided: such a server is a candidate and is in a ring.</summary>
    public bool TakesNewTraffic(Server server) =>
        this[server] is { CanServe: true } status && (!status.IsLeaving || LeavingServersTakeTraffic) && IsOpenToNewTraffic(server);

    /// <summary>True if any request may be sent there while no server can serve: the server may only appear to be down.</summary>
    public bool MayPanicTo(Server server) => this[server] is { EndPoints.IsEmpty: false, IsLeaving: false } && IsOpenToNewTraffic(server);

    /// <summary>True if no server that stays takes new sessions: leaving servers then still do.</summary>
    internal bool LeavingServersTakeTraffic { get; }

    /// <summary>The rotations of the servers that take new sessions.</summary>
    internal ServerRings Rings { get; }

    /// <summary>The same servers with new statuses for some of them.</summary>
    internal PoolSnapshot With(IEnumerable<(Server Server, ServerStatus ServerStatus)> changes)
    {
        ImmutableArray<Member>.Builder members = _members.ToBuilder();
        foreach ((Server server, ServerStatus status) in changes)
        {
            members[server.Slot - _firstSlot] = new Member(server, status);
        }
        return new PoolSnapshot(Rings, Servers, _firstSlot, members.MoveToImmutable(), _byTag, before: this);
    }

    private static bool IsOpenToNewTraffic(Server server) => server.Entry is { Drain: false, Weight: > 0 };

    /// <summary>The same object as before, if it has the same servers and weights.</summary>
    private Candidates Of(bool isBackup, Candidates? before)
    {
        ImmutableArray<Server> servers = [.. Servers.Where(server => server.Entry.Backup == isBackup && TakesNewTraffic(server))];
        return before?.AreStill(servers) == true ? before : new Candidates(isBackup ? Rings.Backup : Rings.Primary, servers);
    }

    private static int FirstSlot(ImmutableArray<Server> servers) => servers.Length == 0 ? 0 : servers.Min(server => server.Slot);

    private static ImmutableArray<Member> BySlot(ImmutableArray<Server> servers, ImmutableArray<ServerStatus> statuses)
    {
        int first = FirstSlot(servers);
        var members = new Member[servers.Length == 0 ? 0 : servers.Max(server => server.Slot) - first + 1];
        for (int i = 0; i < servers.Length; i++)
        {
            members[servers[i].Slot - first] = new Member(servers[i], statuses[i]);
        }
        return [.. members];
    }

    /// <summary>The content of a slot: a server and its status, or empty.</summary>
    private readonly record struct Member(Server? Server, ServerStatus ServerStatus);
}

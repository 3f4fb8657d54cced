using System.Collections.Immutable;
using System.Net;

namespace Carousel.Core.Pool;

/// <summary>
/// What a worker needs to know of the pool for one request: take it once, and use it to the request's end. Immutable but for the rings, which all
/// snapshots of a pool share: their cursors turn, and servers leave them and come back. So a server from a ring may, for an instant, have no end
/// points in the snapshot at hand: it is then to be passed over like one that can't be connected to.
/// </summary>
public sealed class PoolSnapshot
{
    private static readonly ServerStatus Unknown = new([], IsHealthy: false);

    private readonly ImmutableArray<Member> _members;
    private readonly Dictionary<ulong, Server> _byTag;

    /// <param name="rings">Where those that take visitors turn, and where all others keep their places.</param>
    /// <param name="servers">All servers, in the order of their places.</param>
    /// <param name="statuses">How each stands, in the same order.</param>
    public PoolSnapshot(ServerRings rings, ImmutableArray<Server> servers, ImmutableArray<ServerStatus> statuses)
        : this(rings, servers, BySlot(servers, statuses), servers.ToDictionary(server => server.Tag))
    {
    }

    private PoolSnapshot(ServerRings rings, ImmutableArray<Server> servers, ImmutableArray<Member> members, Dictionary<ulong, Server> byTag)
    {
        Rings = rings;
        _members = members;
        _byTag = byTag;
        Servers = servers;
        HasLimits = servers.Any(server => server.Entry.MaxRequests is not null);
        LeavingServersTakeTraffic = !servers.Any(server => !this[server].IsLeaving && TakesNewTraffic(server));
        Primary = Of(isBackup: false);
        Backup = Of(isBackup: true);
    }

    /// <summary>All servers in the order of their places: that of the file, but for lines that moved since. The same array until some come or go.</summary>
    public ImmutableArray<Server> Servers { get; }

    /// <summary>Those that take new visitors and are no backups.</summary>
    public Candidates Primary { get; }

    /// <summary>Those that take new visitors if none of <see cref="Primary"/> can.</summary>
    public Candidates Backup { get; }

    /// <summary>True if a server may have only so many requests at once: whoever holds its place for long keeps others from it.</summary>
    public bool HasLimits { get; }

    /// <summary>How a server stands. One that is not in this snapshot can't serve.</summary>
    public ServerStatus this[Server server] =>
        server.Slot < _members.Length && ReferenceEquals(_members[server.Slot].Server, server) ? _members[server.Slot].ServerStatus : Unknown;

    /// <summary>Where a server can be reached, in the order to try; none while its name does not resolve.</summary>
    public ImmutableArray<IPEndPoint> EndPoints(Server server) => this[server].EndPoints;

    /// <summary>The server of this <see cref="Server.Tag"/>, whether it can serve or not; null if the pool has none.</summary>
    public Server? Find(ulong tag) => _byTag.GetValueOrDefault(tag);

    /// <summary>True if a visitor who belongs to the server may be sent there.</summary>
    public bool CanServe(Server server) => this[server].CanServe;

    /// <summary>True if anybody may be sent there: the one place where this is asked; it makes a server a candidate, and puts it in a ring.</summary>
    public bool TakesNewTraffic(Server server) =>
        this[server] is { CanServe: true } status && (!status.IsLeaving || LeavingServersTakeTraffic) && IsOpenToNewTraffic(server);

    /// <summary>True if anybody may be sent there while no server can serve: it may only seem to be down.</summary>
    public bool MayPanicTo(Server server) => this[server] is { EndPoints.IsEmpty: false, IsLeaving: false } && IsOpenToNewTraffic(server);

    /// <summary>True if nobody who stays takes visitors: those that are leaving still do.</summary>
    internal bool LeavingServersTakeTraffic { get; }

    /// <summary>Where those that take visitors turn.</summary>
    internal ServerRings Rings { get; }

    /// <summary>The same servers, these of them with another standing.</summary>
    internal PoolSnapshot With(IEnumerable<(Server Server, ServerStatus ServerStatus)> changes)
    {
        ImmutableArray<Member>.Builder members = _members.ToBuilder();
        foreach ((Server server, ServerStatus status) in changes)
        {
            members[server.Slot] = new Member(server, status);
        }
        return new PoolSnapshot(Rings, Servers, members.MoveToImmutable(), _byTag);
    }

    private static bool IsOpenToNewTraffic(Server server) => server.Entry is { Drain: false, Weight: > 0 };

    private Candidates Of(bool isBackup) =>
        new(isBackup ? Rings.Backup : Rings.Primary, [.. Servers.Where(server => server.Entry.Backup == isBackup && TakesNewTraffic(server))]);

    private static ImmutableArray<Member> BySlot(ImmutableArray<Server> servers, ImmutableArray<ServerStatus> statuses)
    {
        var members = new Member[servers.Length == 0 ? 0 : servers.Max(server => server.Slot) + 1];
        for (int i = 0; i < servers.Length; i++)
        {
            members[servers[i].Slot] = new Member(servers[i], statuses[i]);
        }
        return [.. members];
    }

    /// <summary>What is in a slot: nobody, or a server and how it stands.</summary>
    private readonly record struct Member(Server? Server, ServerStatus ServerStatus);
}

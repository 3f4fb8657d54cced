using System.Collections.Immutable;
using Carousel.Core.Ring;
using Carousel.Core.Servers;

namespace Carousel.Core.Pools;

/// <summary>The two rings of a pool. Each has a place for every server of its kind, including those out of rotation.</summary>
public sealed class ServerRings
{
    /// <summary>The rotation of the primaries.</summary>
    public ServerRing Primary { get; } = new();

    /// <summary>The rotation of the backups.</summary>
    public ServerRing Backup { get; } = new();

    /// <summary>The ring of this server, by its options.</summary>
    public ServerRing Of(Server server) => server.Entry.Backup ? Backup : Primary;

    /// <summary>The other ring.</summary>
    internal ServerRing NotOf(Server server) => server.Entry.Backup ? Primary : Backup;

    /// <summary>Takes a server out of its ring; its place is kept.</summary>
    internal void Remove(Server server)
    {
        Primary.Remove(server);
        Backup.Remove(server);
    }

    /// <summary>Removes a server and its place: its slot is free.</summary>
    internal void Forget(Server server)
    {
        Primary.Forget(server);
        Backup.Forget(server);
    }

    /// <summary>Gives each of these servers a place in its ring, in this order; new ones are out of rotation.</summary>
    internal void Reserve(ImmutableArray<Server> servers)
    {
        Server? primary = null, backup = null;
        foreach (Server server in servers)
        {
            ref Server? before = ref server.Entry.Backup ? ref backup : ref primary;
            Of(server).ReserveAfter(before, server);
            before = server;
        }
    }
}

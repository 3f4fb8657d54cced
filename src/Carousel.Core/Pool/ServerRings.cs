using System.Collections.Immutable;
using Carousel.Core.Ring;

namespace Carousel.Core.Pool;

/// <summary>The two rings of a pool. Each knows the servers of its kind, those that are out for now included.</summary>
public sealed class ServerRings
{
    /// <summary>In which servers turn that are no backups.</summary>
    public ServerRing Primary { get; } = new();

    /// <summary>In which the backups turn.</summary>
    public ServerRing Backup { get; } = new();

    /// <summary>The ring of this server, by what its line says.</summary>
    public ServerRing Of(Server server) => server.Entry.Backup ? Backup : Primary;

    /// <summary>The ring in which this server has no business.</summary>
    internal ServerRing NotOf(Server server) => server.Entry.Backup ? Primary : Backup;

    /// <summary>Takes a server out, whichever ring it is in; its place stays.</summary>
    internal void Remove(Server server)
    {
        Primary.Remove(server);
        Backup.Remove(server);
    }

    /// <summary>Takes a server out for good: its slot is free.</summary>
    internal void Forget(Server server)
    {
        Primary.Forget(server);
        Backup.Forget(server);
    }

    /// <summary>Each of these has a place in its ring, in this order; who had none is out.</summary>
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

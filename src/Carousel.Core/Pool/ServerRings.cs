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
}

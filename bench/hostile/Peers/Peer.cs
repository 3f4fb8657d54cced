using Carousel.Load.Peers;

namespace Carousel.Hostile.Peers;

/// <summary>How a trial wants a peer set up.</summary>
/// <param name="Servers">Their ports.</param>
internal sealed record Setup(IReadOnlyList<int> Servers)
{
    /// <summary>Most client connections; 0 for the peer's own choice.</summary>
    public int Connections { get; init; }

    /// <summary>Most requests in flight at a server; 0 for no limit.</summary>
    public int PerServer { get; init; }

    /// <summary>Most open files; 0 for the default.</summary>
    public int Descriptors { get; init; }

    /// <summary>Where a port of probes and operators is to be, beside that of clients; 0 for none.</summary>
    public int AdminPort { get; init; }

    /// <summary>Servers are checked, so that there is something to be said about them.</summary>
    public bool ChecksServers { get; init; }

    /// <summary>A file for what it says on stderr; null to read it.</summary>
    public string? StandardError { get; init; }
}

/// <summary>One of the balancers that are tried: how it is prepared and configured.</summary>
internal abstract class Peer
{
    public abstract string Name { get; }

    /// <summary>Programs that must be installed, each with its Debian package.</summary>
    public virtual IEnumerable<(string Program, string Package)> Needs => [];

    /// <summary>It has a port of its own for probes and operators.</summary>
    public virtual bool HasAdmin => false;

    /// <summary>Builds what has to be built, once a run; gives its version.</summary>
    public abstract Task<string> PrepareAsync(Publisher publisher, string folder, CancellationToken stop);

    /// <summary>Writes its configuration into a folder; returns the command that serves in the foreground.</summary>
    public abstract string[] Configure(string folder, int port, Setup setup);
}

namespace Carousel.Load.Peers;

/// <summary>Where a peer is to serve: a folder of its own, its port, and the servers' ports, all on loopback.</summary>
internal sealed record Place(string Folder, int Port, IReadOnlyList<int> Servers);

/// <summary>One of the proxies that are compared: how it is prepared, configured and started.</summary>
internal abstract class Peer
{
    /// <summary>The most connections a peer is configured for: the idle scenario's 8,000 and some.</summary>
    public const int MaxConnections = 9_000;

    /// <summary>As the command line and the tables call it.</summary>
    public abstract string Name { get; }

    /// <summary>Programs that must be installed, each with its Debian package.</summary>
    public virtual IEnumerable<(string Program, string Package)> Needs => [];

    /// <summary>Serves small keep-alive answers only; left out of everything else.</summary>
    public virtual bool IsLimit => false;

    /// <summary>Is compiled while it runs, so it has to be warmed up for long before it is measured.</summary>
    public virtual bool NeedsWarmUp => false;

    /// <summary>Builds what has to be built, once a run.</summary>
    public virtual Task PrepareAsync(Publisher publisher, CancellationToken stop) => Task.CompletedTask;

    public abstract Task<string> VersionAsync(CancellationToken stop);

    /// <summary>Writes its configuration into the place's folder; returns the command that serves in the foreground.</summary>
    public abstract string[] Configure(Place place);
}

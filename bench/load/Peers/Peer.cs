namespace Carousel.Load.Peers;

/// <summary>Where a peer is to serve: a folder of its own, its port, and the ports of the servers and of the store, all on loopback.</summary>
/// <param name="Folder">For its files.</param>
/// <param name="Port">Where it listens.</param>
/// <param name="Servers">What it balances to.</param>
/// <param name="Store">A Redis; 0 if no peer has asked for one.</param>
internal sealed record Place(string Folder, int Port, IReadOnlyList<int> Servers, int Store);

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

    /// <summary>Gives every visitor a cookie; takes part where that is measured, and nowhere else.</summary>
    public virtual bool KeepsSessions => false;

    /// <summary>The name of the threads that move the traffic, if others do something beside; null to take the whole process for that.</summary>
    public virtual string? WorkerThread => null;

    /// <summary>Is compiled while it runs, so it has to be warmed up for long before it is measured.</summary>
    public virtual bool NeedsWarmUp => false;

    /// <summary>Builds what has to be built, once a run.</summary>
    public virtual Task PrepareAsync(Publisher publisher, CancellationToken stop) => Task.CompletedTask;

    public abstract Task<string> VersionAsync(CancellationToken stop);

    /// <summary>Writes its configuration into the place's folder; returns the command that serves in the foreground.</summary>
    public abstract string[] Configure(Place place);
}

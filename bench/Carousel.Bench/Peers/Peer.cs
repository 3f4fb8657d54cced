using Carousel.Bench.Processes;

namespace Carousel.Bench.Peers;

/// <summary>One of the proxies that are compared: how it is prepared, configured, started, and reconfigured.</summary>
/// <param name="product">What is compared: its binary, its version.</param>
internal abstract class Peer(string product)
{
    /// <summary>The most connections a peer is configured for: the most that a load opens, 8,000, and some.</summary>
    public const int MaxConnections = 9_000;

    public string Product => product;

    /// <summary>How it chooses a server, in its own words; null for its round robin.</summary>
    public string? Policy { get; init; }

    /// <summary>As the tables call it, and the command line where products aren't compared with several policies.</summary>
    public string Name { get => field ?? (Policy is null ? product : $"{product} {Policy}"); init; }

    /// <summary>Whose version it is: one line of the report for all policies of a product.</summary>
    public string VersionOf => Policy is null ? Name : product;

    /// <summary>Programs that must be installed, each with its Debian package.</summary>
    public virtual IEnumerable<(string Program, string Package)> Needs => [];

    /// <summary>Serves small keep-alive responses only; left out of everything else.</summary>
    public virtual bool IsLimit => false;

    /// <summary>Gives every client a cookie; takes part where that is measured, and nowhere else.</summary>
    public bool KeepsSessions { get; init; }

    /// <summary>It has a port of its own for probes and operators.</summary>
    public virtual bool HasAdmin => false;

    /// <summary>The name of the threads that move the traffic, if others do something beside; null to take the whole process for that.</summary>
    public virtual string? WorkerThread => null;

    /// <summary>Is compiled while it runs, so it has to be warmed up for long before it is measured.</summary>
    public virtual bool NeedsWarmUp => false;

    /// <summary>Builds what has to be built, once a run.</summary>
    public virtual Task PrepareAsync(Publisher publisher, CancellationToken stop) => Task.CompletedTask;

    public abstract Task<string> VersionAsync(CancellationToken stop);

    /// <summary>Writes its configuration for all of the setup's servers; returns the command that serves in the foreground.</summary>
    public abstract string[] Configure(Setup setup);

    /// <summary>Has the running peer balance to these servers and no others. It may still be about to when this returns.</summary>
    /// <exception cref="BenchException">It refuses.</exception>
    public abstract void Change(Setup setup, Child process, IReadOnlyList<int> servers);
}

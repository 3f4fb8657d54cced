using Carousel.Bench.Cli;
using Carousel.Bench.Peers;
using Carousel.Bench.Reports;

namespace Carousel.Bench;

/// <summary>One kind of comparison: its options, its requirements, and how it measures the peers.</summary>
internal abstract class Benchmark
{
    /// <summary>Its command, and what its reports are called in bench/results.</summary>
    public abstract string Name { get; }

    /// <summary>For <c>--help</c>.</summary>
    public abstract string Description { get; }

    /// <summary>What <c>--quick</c> does, for <c>--help</c>.</summary>
    public abstract string Quick { get; }

    /// <summary>Its number options, in the order of <c>--help</c>.</summary>
    public abstract IReadOnlyList<NumberFlag> Numbers { get; }

    /// <summary>What <c>--only</c> may name; empty if there is nothing to choose.</summary>
    public virtual IReadOnlyList<string> Scenarios => [];

    /// <summary>What <c>--peers</c> may name.</summary>
    public abstract IReadOnlyList<string> PeerNames { get; }

    /// <summary>Takes a second binary of Carousel with <c>--before</c>.</summary>
    public virtual bool TakesBefore => false;

    /// <summary>Programs that must be installed for every run, each with its Debian package; peers add their own.</summary>
    public virtual IEnumerable<(string Program, string Package)> Needs => [];

    /// <summary>File descriptors that the hard limit must allow.</summary>
    public abstract int Descriptors { get; }

    /// <summary>The peers that were asked for, in the order of the tables.</summary>
    public abstract IReadOnlyList<Peer> Choose(BenchOptions options);

    /// <summary>Publishes the programs that it needs beside the peers. It may use both cores.</summary>
    public virtual Task PrepareAsync(Publisher publisher, CancellationToken stop) => Task.CompletedTask;

    /// <summary>Measures all that was asked for. A peer that breaks is one of the run's failures.</summary>
    /// <exception cref="BenchException">Something that every peer needs broke.</exception>
    public abstract Task<Report> RunAsync(BenchRun run);
}

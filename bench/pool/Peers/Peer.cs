using Carousel.Load.Peers;
using Carousel.Load.Processes;

namespace Carousel.Pool.Peers;

/// <summary>What a peer is to do: a folder of its own, its port, and its servers, all on loopback.</summary>
/// <param name="Folder">For its files.</param>
/// <param name="Port">Where it listens.</param>
/// <param name="Servers">All that may be in the pool.</param>
/// <param name="AnswerTimeout">
/// Seconds after which a server that doesn't answer is given up, by the peers that know it by that alone. Nothing to those that go by their probes.
/// </param>
internal sealed record Place(string Folder, int Port, IReadOnlyList<int> Servers, int AnswerTimeout)
{
    /// <summary>The servers' speeds, for the configuration; null if nobody tells.</summary>
    public IReadOnlyDictionary<int, int>? Weights { get; init; }

    /// <summary>What a server's line says of its weight, if anything.</summary>
    public string WeightOf(int server, string option) => Weights is null ? "" : $" {option}{Weights[server]}";

    /// <summary>The path of one of its files.</summary>
    public string File(string name) => Path.Combine(Folder, name);

    /// <summary>Replaces a file at once, so that no reader finds half of it.</summary>
    public void Write(string name, string text)
    {
        string next = File($"{name}.next");
        System.IO.File.WriteAllText(next, text);
        System.IO.File.Move(next, File(name), overwrite: true);
    }
}

/// <summary>One of the proxies that are compared, with one of its policies: how it is configured, started, and told of another pool.</summary>
/// <param name="product">What is compared: its binary, its version.</param>
/// <param name="policy">How it chooses a server, in its own words.</param>
internal abstract class Peer(string product, string policy)
{
    /// <summary>The most connections that a peer must take: what the load opens at most, and some.</summary>
    protected const int MaxConnections = 9_000;

    /// <summary>What asks servers whether they are well.</summary>
    protected const string HealthPath = "/healthz";

    public string Product => product;

    public string Policy => policy;

    public string Name => $"{product} {policy}";

    /// <summary>Programs that must be installed, each with its Debian package.</summary>
    public virtual IEnumerable<(string Program, string Package)> Needs => [];

    /// <summary>Is compiled while it runs, so it has to be warmed up for long before it is measured.</summary>
    public virtual bool NeedsWarmUp => false;

    /// <summary>Builds what has to be built, once a run.</summary>
    public virtual Task PrepareAsync(Publisher publisher, CancellationToken stop) => Task.CompletedTask;

    public abstract Task<string> VersionAsync(CancellationToken stop);

    /// <summary>Writes its configuration for all of the place's servers; returns the command that serves in the foreground.</summary>
    public abstract string[] Configure(Place place);

    /// <summary>Has the running peer balance to these servers and no others. It may still be about to when this returns.</summary>
    public abstract void Change(Place place, Child process, IReadOnlyList<int> servers);
}

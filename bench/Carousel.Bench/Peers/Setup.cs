namespace Carousel.Bench.Peers;

/// <summary>Where a peer is to serve, and what for. All of it on loopback. What a benchmark doesn't set, a peer leaves out of its configuration.</summary>
/// <param name="Folder">For its files.</param>
/// <param name="Port">Where it listens.</param>
/// <param name="Servers">Ports of all servers that may be in the pool.</param>
internal sealed record Setup(string Folder, int Port, IReadOnlyList<int> Servers)
{
    /// <summary>The port of the Redis that sessions are kept in; 0 if there is none.</summary>
    public int StorePort { get; init; }

    /// <summary>The servers' speeds, for the configuration; null to leave them out.</summary>
    public IReadOnlyDictionary<int, int>? Weights { get; init; }

    /// <summary>How it finds out that a server fails; null where none does.</summary>
    public DetectionSetup? Detection { get; init; }

    /// <summary>How it is limited among hostile clients; null where there are none.</summary>
    public HostileSetup? Hostile { get; init; }

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

/// <summary>Servers die and stop: a peer looks for that with quick probes, and by its requests.</summary>
/// <param name="ResponseTimeout">
/// Seconds after which a server that doesn't respond is given up, by the peers that know it by that alone. Nothing to those that go by their probes.
/// </param>
internal sealed record DetectionSetup(int ResponseTimeout)
{
    /// <summary>The path of the health check.</summary>
    public const string HealthPath = "/healthz";
}

/// <summary>It runs as an ordinary user, within these limits; 0 for the peer's own choice.</summary>
internal sealed record HostileSetup
{
    /// <summary>Most client connections.</summary>
    public int Connections { get; init; }

    /// <summary>Most requests in flight at a server.</summary>
    public int PerServer { get; init; }

    /// <summary>Most open files.</summary>
    public int Descriptors { get; init; }

    /// <summary>Where a port of probes and operators is to be, beside that of clients; 0 for none.</summary>
    public int AdminPort { get; init; }

    /// <summary>Servers are checked, so that there is something to be said about them.</summary>
    public bool ChecksServers { get; init; }

    /// <summary>A file for what it says on stderr; null to read it.</summary>
    public string? StandardError { get; init; }
}

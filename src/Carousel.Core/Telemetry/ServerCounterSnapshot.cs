namespace Carousel.Core.Telemetry;

/// <summary>
/// The counters of one or more servers, summed over all workers at one moment (<see cref="ServerCounters"/>). Latencies are read separately
/// (<see cref="ServerTraffic.ReadLatencies"/>) because they are a hundred times as large. One thread at a time.
/// </summary>
public sealed class ServerCounterSnapshot
{
    private readonly long[] _byClass = new long[ServerCounters.Classes];
    private readonly long[] _byReason = new long[FailureReasons.Count];

    /// <inheritdoc cref="ServerCounters.ByClass"/>
    public IReadOnlyList<long> ByClass => _byClass;

    /// <inheritdoc cref="ServerCounters.ByReason"/>
    public IReadOnlyList<long> ByReason => _byReason;

    /// <summary>All responses.</summary>
    public long Responses => _byClass.Sum();

    /// <summary>Failed attempts, without client-side failures (disconnects, malformed requests).</summary>
    public long Failures => FailureReasons.SumButClients(_byReason);

    /// <summary>5xx, and <see cref="Failures"/>.</summary>
    public long Errors => _byClass[5] + Failures;

    /// <inheritdoc cref="ServerCounters.Attempts"/>
    public long Attempts { get; private set; }

    /// <inheritdoc cref="ServerCounters.Connects"/>
    public long Connects { get; private set; }

    /// <inheritdoc cref="ServerCounters.Reuses"/>
    public long Reuses { get; private set; }

    /// <inheritdoc cref="ServerCounters.OpenConnections"/>
    public long OpenConnections { get; private set; }

    /// <inheritdoc cref="ServerCounters.BytesSent"/>
    public long BytesSent { get; private set; }

    /// <inheritdoc cref="ServerCounters.BytesReceived"/>
    public long BytesReceived { get; private set; }

    /// <summary>Adds another snapshot, of another server.</summary>
    public void Add(ServerCounterSnapshot other)
    {
        for (int i = 0; i < _byClass.Length; i++)
        {
            _byClass[i] += other._byClass[i];
        }
        for (int i = 0; i < _byReason.Length; i++)
        {
            _byReason[i] += other._byReason[i];
        }
        Attempts += other.Attempts;
        Connects += other.Connects;
        Reuses += other.Reuses;
        OpenConnections += other.OpenConnections;
        BytesSent += other.BytesSent;
        BytesReceived += other.BytesReceived;
    }

    internal void Clear()
    {
        Array.Clear(_byClass);
        Array.Clear(_byReason);
        (Attempts, Connects, Reuses, OpenConnections, BytesSent, BytesReceived) = (0, 0, 0, 0, 0, 0);
    }

    internal void Add(ServerCounters counters)
    {
        for (int i = 0; i < _byClass.Length; i++)
        {
            _byClass[i] += counters.ByClass[i];
        }
        for (int i = 0; i < _byReason.Length; i++)
        {
            _byReason[i] += counters.ByReason[i];
        }
        Attempts += Volatile.Read(ref counters.Attempts);
        Connects += Volatile.Read(ref counters.Connects);
        Reuses += Volatile.Read(ref counters.Reuses);
        OpenConnections += Volatile.Read(ref counters.OpenConnections);
        BytesSent += Volatile.Read(ref counters.BytesSent);
        BytesReceived += Volatile.Read(ref counters.BytesReceived);
    }
}

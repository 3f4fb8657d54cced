namespace Carousel.Core.Telemetry;

/// <summary>One server's counters of all workers together, at one moment. See <see cref="ServerCounters"/> for what each number means.</summary>
public sealed class ServerTotals
{
    private readonly long[] _byClass = new long[ServerCounters.Classes];
    private readonly long[] _byReason = new long[FailureReasons.Count];

    /// <inheritdoc cref="ServerCounters.ByClass"/>
    public IReadOnlyList<long> ByClass => _byClass;

    /// <inheritdoc cref="ServerCounters.ByReason"/>
    public IReadOnlyList<long> ByReason => _byReason;

    /// <summary>All answers.</summary>
    public long Answers => _byClass.Sum();

    /// <summary>Attempts that failed, but for those where the client did: it left, or what it sent was bad.</summary>
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

    /// <inheritdoc cref="ServerCounters.FirstByte"/>
    public LatencyTotals FirstByte { get; } = new();

    /// <inheritdoc cref="ServerCounters.Total"/>
    public LatencyTotals Total { get; } = new();

    internal void Clear()
    {
        Array.Clear(_byClass);
        Array.Clear(_byReason);
        (Attempts, Connects, Reuses, OpenConnections, BytesSent, BytesReceived) = (0, 0, 0, 0, 0, 0);
        FirstByte.Clear();
        Total.Clear();
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
        FirstByte.Add(counters.FirstByte);
        Total.Add(counters.Total);
    }
}

using System.Runtime.CompilerServices;
using Carousel.Core.Servers;

namespace Carousel.Core.Policies;

/// <summary>
/// The server with the lowest expected wait, by current measurements. The cost of a request at a server is
/// <code>cost = (in flight + usually in flight + recent selections) x latency² / capacity</code>
/// and the cheapest server gets it. Latency counts squared because clients feel it. It can't send all requests to one server, since the
/// usual number in flight and the recent selections grow with every pick. In balance a server's share is proportional to capacity / latency², at light
/// and at heavy load. The recent selections of a server that is not picked decay to zero, so even the slowest is picked occasionally and a recovered
/// server is noticed. Requests in flight show at once that a server is stuck; latency shows it after a few responses. Each balancer measures alone.
/// (From Prequal, Wydrowski et al., NSDI 2024: balance latency and requests in flight, not load.)
/// </summary>
/// <param name="seed">Seed of the random numbers: each worker starts its scan at a random server, so that workers do not choose alike.</param>
public sealed class Dynamic(ulong seed) : Policy
{
    /// <summary>Servers that a pick compares. The result is rarely worse than with all of them, and the cost of a pick is bounded.</summary>
    internal const int MaxLooks = 8;

    /// <summary>Weight of one sample in the usual values: an average over some 64.</summary>
    internal const double Newest = 1.0 / 64;

    /// <summary>Weight of an even share of recent selections, in requests in flight: small, a tie-breaker.</summary>
    private const double SelectionsWeight = 1.0 / 8;

    /// <summary>Usual values are discarded after this time without a sample: ejected servers, for example, are not scanned.</summary>
    private const int ForgetAfterMs = 1_000;

    /// <summary>
    /// Factor by which a server that only fails counts as slower. Applied to the square of its failed share, because an occasional failure is normal.
    /// </summary>
    private const double FailurePenalty = 100;

    /// <summary>Load assumed for a server that reports none.</summary>
    private const double UsualLoad = 0.65;

    /// <summary>Load at which a server would get no requests. Above 1, so that an outdated report of full load does not cut a server off.</summary>
    private const double FullLoad = 1.25;

    private SplitMix _random = new(seed);
    private Candidates? _candidates;
    private Entry[] _entries = [];

    /// <summary>Latency assumed for a server without recent samples, in microseconds: that of the others.</summary>
    private double _usualLatency = 1;

    /// <inheritdoc/>
    public override Server? Pick(Candidates candidates, in PickInput input)
    {
        if (!ReferenceEquals(candidates, _candidates))
        {
            Take(candidates);
        }
        Span<Entry> entries = _entries;
        double selections = SelectionsWeight * Math.Min(MaxLooks, entries.Length);
        double least = double.PositiveInfinity, ability = 1;
        int best = -1, looks = 0;
        int at = _random.Below(entries.Length);
        for (int i = 0; i < entries.Length && looks < MaxLooks; i++)
        {
            ref Entry entry = ref entries[at];
            if (input.MayTake(entry.Server))
            {
                looks++;
                double slowness = Slowness(entry.Server, input.NowMs);
                double work = entry.Look(selections, input.NowMs) * slowness * slowness;
                double able = Ability(entry, input.NowMs);
                // Compares the fractions work / able without a division, which would be half the cost of a pick.
                if (work * ability < least * able)
                {
                    (least, ability, best) = (work, able, at);
                }
            }
            at = at + 1 < entries.Length ? at + 1 : 0;
        }
        if (best < 0)
        {
            return null;
        }
        Server server = entries[best].Server;
        entries[best].Selections += Newest;
        _usualLatency += (Latency(server, input.NowMs) - _usualLatency) * Newest;
        return server;
    }

    /// <summary>Its latency, increased by its failures.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private double Slowness(Server server, long nowMs)
    {
        double failed = server.Load.Reports.FailedShare(nowMs);
        return Latency(server, nowMs) * (1 + FailurePenalty * failed * failed);
    }

    /// <summary>Its capacity, reduced by its load.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Ability(in Entry entry, long nowMs)
    {
        ServerReports reports = entry.Server.Load.Reports;
        return reports.Capacity(entry.Weight, nowMs) * (FullLoad - reports.Load(UsualLoad, nowMs));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private double Latency(Server server, long nowMs) => server.Load.LatencyOr(_usualLatency, nowMs);

    /// <summary>
    /// Rebuilds the entries for other candidates, in random order, so that a pick does not always compare neighbours of the file. Servers that stay
    /// keep their usual values.
    /// </summary>
    private void Take(Candidates candidates)
    {
        Dictionary<Server, Entry> before = _entries.ToDictionary(entry => entry.Server);
        _candidates = candidates;
        _entries = [.. candidates.Servers.Select((server, i) => before.GetValueOrDefault(server) with { Server = server, Weight = candidates.Weights[i] })];
        for (int i = _entries.Length - 1; i > 0; i--)
        {
            int other = _random.Below(i + 1);
            (_entries[i], _entries[other]) = (_entries[other], _entries[i]);
        }
    }

    /// <summary>A server, and this worker's samples of it.</summary>
    private record struct Entry(Server Server, double Weight)
    {
        /// <summary>The share of its samples that ended with a pick.</summary>
        public double Selections;

        private double _usuallyInFlight;
        private long _lookedAt;

        /// <summary>
        /// The queue that a request would meet at the server. Updates the usual values; after a long time without a sample they start anew, so that a
        /// server that was stuck and then ejected starts fresh.
        /// </summary>
        public double Look(double selectionsWeight, long nowMs)
        {
            double inFlight = Server.Load.InFlight;
            if (nowMs - _lookedAt >= ForgetAfterMs)
            {
                _usuallyInFlight = inFlight;
            }
            _lookedAt = nowMs;
            _usuallyInFlight += (inFlight - _usuallyInFlight) * Newest;
            Selections -= Selections * Newest;
            return inFlight + _usuallyInFlight + selectionsWeight * Selections;
        }
    }
}

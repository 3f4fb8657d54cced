using System.Runtime.CompilerServices;
using Carousel.Core.Pool;

namespace Carousel.Core.Policies;

/// <summary>
/// The server that promises the shortest wait, by what each can do at the moment. What a request costs at a server is
/// <code>cost = (in flight + usually in flight + recent turns) x latency² / capacity</code>
/// and the cheapest takes it. Latency is what users feel, so it counts twice; it can't make one server take all, because what a server usually has in flight
/// and its recent turns grow with every pick. In balance a server's share goes with capacity / latency², at light load as under a heavy one. The recent turns of
/// one that is not picked fade to nothing, so that even the slowest is asked again now and then: nobody starves, and who has recovered is found again.
/// Requests in flight show at once that a server is stuck, latency shows it after a few answers, to each of many balancers alone.
/// (From Prequal, Wydrowski et al., NSDI 2024: balance latency and requests in flight, not load.)
/// </summary>
/// <param name="seed">Where a worker begins to look is random, else many would choose alike.</param>
public sealed class Dynamic(ulong seed) : Policy
{
    /// <summary>Servers that a pick compares: hardly ever worse than all of them, and the cost of a pick is bounded.</summary>
    internal const int MaxLooks = 8;

    /// <summary>What one look has to say in what is usual: an average over some 64.</summary>
    internal const double Newest = 1.0 / 64;

    /// <summary>What an even share of recent turns weighs, in requests in flight: little, it decides where there is no other difference.</summary>
    private const double SelectionsWeight = 1.0 / 8;

    /// <summary>What was usual when a server was looked at last is of no interest after this long: those that are ejected, say, are not looked at.</summary>
    private const int ForgetAfterMs = 1_000;

    /// <summary>A server that only fails counts as so many times slower. By the square of its failures: now and then one fails everywhere.</summary>
    private const double FailurePenalty = 100;

    /// <summary>The load of a server that does not say.</summary>
    private const double UsualLoad = 0.65;

    /// <summary>The load at which nothing would be sent to a server. More than full: reports are old when they arrive, so that it is not cut off for one.</summary>
    private const double FullLoad = 1.25;

    private SplitMix _random = new(seed);
    private Candidates? _candidates;
    private Entry[] _entries = [];

    /// <summary>The latency of a server of which nothing is known, or nothing new, is that of the others, in microseconds.</summary>
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
                // The fraction work / able compared without a division, which would be half of what a pick costs.
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

    /// <summary>Its latency, longer by its failures.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private double Slowness(Server server, long nowMs)
    {
        double failed = server.Load.Reports.FailedShare(nowMs);
        return Latency(server, nowMs) * (1 + FailurePenalty * failed * failed);
    }

    /// <summary>Its capacity, less by its load.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Ability(in Entry entry, long nowMs)
    {
        ServerReports reports = entry.Server.Load.Reports;
        return reports.Capacity(entry.Weight, nowMs) * (FullLoad - reports.Load(UsualLoad, nowMs));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private double Latency(Server server, long nowMs) => server.Load.LatencyOr(_usualLatency, nowMs);

    /// <summary>
    /// Other candidates. They sit down in random order, so that those compared with each other are not always neighbours in the file; who was there before
    /// keeps what is usual.
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

    /// <summary>A server, and what the worker has seen of it.</summary>
    private record struct Entry(Server Server, double Weight)
    {
        /// <summary>The share of its looks that ended with a pick.</summary>
        public double Selections;

        private double _usuallyInFlight;
        private long _lookedAt;

        /// <summary>What stands before a request there; remembers what it saw, unless that was long ago: whoever was stuck and then ejected is judged anew.</summary>
        public double Look(double turnsWeight, long nowMs)
        {
            double inFlight = Server.Load.InFlight;
            if (nowMs - _lookedAt >= ForgetAfterMs)
            {
                _usuallyInFlight = inFlight;
            }
            _lookedAt = nowMs;
            _usuallyInFlight += (inFlight - _usuallyInFlight) * Newest;
            Selections -= Selections * Newest;
            return inFlight + _usuallyInFlight + turnsWeight * Selections;
        }
    }
}

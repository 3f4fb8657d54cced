using System.Collections.Immutable;
using Carousel.Control.Supervision;
using Carousel.Control.Telemetry;
using Carousel.Core.Config;
using Carousel.Core.Pools;
using Carousel.Core.Servers;

namespace Carousel.Control.Dashboard;

/// <summary>
/// Builds frames from the workers' counters. Rates and latencies start with the first frame. One thread at a time.
/// </summary>
internal sealed class DashboardSampler : PoolFollower
{
    private static readonly string[] s_states = [.. Enum.GetValues<ServerState>().Select(state => state.Name())];

    private readonly DashboardSource _source;
    private readonly SmoothRate _rate;
    private readonly SecondLook _look;
    private ImmutableArray<Server> _servers;
    private ServerSeries[] _series = [];
    private ServerFacts[] _facts = [];
    private SecondFrame? _second;
    private long _version, _number, _lastFrame, _lastSecond;
    private volatile bool _hasChanged;

    public DashboardSampler(DashboardSource source)
        : base(source.Pool)
    {
        _source = source;
        _rate = new SmoothRate(CountRequests());
        _look = new SecondLook(source.Traffic);
        _lastFrame = source.Time.GetTimestamp();
        Follow();
        ReadPool();
    }

    /// <summary>The servers as of the last frame.</summary>
    public DashboardPool Facts { get; private set; } = null!;

    /// <summary>Builds the next frame.</summary>
    public DashboardFrame Next()
    {
        // Avoid a division by zero: timers wait at least a millisecond.
        double seconds = Math.Max(0.001, _source.Time.GetElapsedTime(_lastFrame).TotalSeconds);
        _lastFrame = _source.Time.GetTimestamp();
        PoolSnapshot pool = ReadPool();
        Array.ForEach(_series, one => one.Look(seconds));
        if (_second is null || _source.Time.GetElapsedTime(_lastSecond) >= TimeSpan.FromSeconds(1))
        {
            _lastSecond = _source.Time.GetTimestamp();
            _second = _look.Take(_series);
        }
        long requests = CountRequests();
        _rate.Add(requests, seconds);
        long connections = _source.Traffic.Workers.Sum(worker => Volatile.Read(ref worker.Connections));
        return new DashboardFrame(
            ++_number, _version, _source.Time.GetUtcNow().ToUnixTimeMilliseconds(), Rounded(_rate), requests, connections, _second, Sessions(), Servers(pool));
    }

    /// <inheritdoc/>
    protected override void OnUpdate(PoolUpdate update) => _hasChanged = true;

    /// <summary>The current pool, and its facts if they may have changed.</summary>
    private PoolSnapshot ReadPool()
    {
        bool hasChanged = _hasChanged;
        _hasChanged = false;
        PoolSnapshot pool = Pool.Current;
        if (!hasChanged)
        {
            return pool;
        }
        if (pool.Servers != _servers)
        {
            Dictionary<Server, ServerSeries> known = _series.ToDictionary(one => one.Server);
            _servers = pool.Servers;
            _series = [.. _servers.Select(server => known.GetValueOrDefault(server) ?? new ServerSeries(server))];
        }
        ServerFacts[] facts = [.. _servers.Select(FactsOf)];
        if (_version == 0 || !facts.AsSpan().SequenceEqual(_facts))
        {
            _facts = facts;
            Facts = new DashboardPool(++_version, _source.Product, SecondLook.Bands, s_states, facts);
        }
        return pool;
    }

    private ServersFrame Servers(PoolSnapshot pool)
    {
        var nowMs = (long)_source.Time.GetElapsedTime(0).TotalMilliseconds;
        var (left, since, why) = (new Dictionary<int, long>(), new Dictionary<int, long>(), new Dictionary<int, string>());
        _source.States.Look();
        ServerState[] states = [.. _servers.Select(server => pool.StateOf(server, nowMs))];
        for (int i = 0; i < _servers.Length; i++)
        {
            if (TimeLeft(_servers[i], states[i], nowMs) is { } time)
            {
                left[i] = Math.Max(0, time);
            }
            if (IsFailing(states[i]) && StateReason.Of(pool, _servers[i], states[i]) is { } reason)
            {
                since[i] = _source.States.Of(_servers[i]).Since.ToUnixTimeMilliseconds();
                why[i] = reason.Text;
            }
        }
        return new ServersFrame(
            string.Concat(states.Select(state => (char)('a' + (int)state))), [.. _servers.Select(server => server.Load.InFlight)],
            [.. _series.Select(one => one.Requests)], [.. _series.Select(one => Rounded(one.Rate))], [.. _series.Select(one => one.P99)], left,
            [.. _series.Select(one => one.Status4xx)], [.. _series.Select(one => one.Status5xx)], [.. _series.Select(one => one.Failed)],
            [.. _series.Select(one => one.ErrorShare)], since, why);
    }

    /// <summary>The page derives the reason of other states from the state itself; sending it per server would waste bytes.</summary>
    private static bool IsFailing(ServerState state) =>
        state is ServerState.Down or ServerState.Unresolved or ServerState.Ejected or ServerState.OnTrial or ServerState.Suspect or ServerState.Probing;

    private long? TimeLeft(Server server, ServerState state, long nowMs) => state switch
    {
        ServerState.Leaving => (long?)_source.TimeLeft(server)?.TotalMilliseconds,
        ServerState.Ejected => server.Load.Breaker.TrialAt - nowMs,
        _ => null,
    };

    private SessionFrame? Sessions() => _source.Sessions is not { } link ? null : new SessionFrame(
        link.Counters.Sum(counters => counters.Minted), link.Counters.Sum(counters => counters.Returned), link.Counters.Sum(counters => counters.Moved),
        link.Counters.Sum(counters => counters.Stateless), _source.Store().ToString().ToLowerInvariant());

    private long CountRequests() => _source.Traffic.Workers.Sum(worker => Volatile.Read(ref worker.Requests));

    private static double Rounded(SmoothRate rate) => Math.Round(rate.Value, 1);

    private static ServerFacts FactsOf(Server server)
    {
        ServerEntry entry = server.Entry;
        return new ServerFacts(server.Id, entry.Name, entry.Address.Url, entry.Weight, entry.MaxRequests, entry.Backup, entry.Drain);
    }
}

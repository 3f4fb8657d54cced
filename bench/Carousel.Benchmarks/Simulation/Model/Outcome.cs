using System.Collections.Immutable;

namespace Carousel.Benchmarks.Simulation.Model;

/// <summary>The results of a scenario with a policy.</summary>
/// <param name="All">Latencies of all successful requests.</param>
/// <param name="DuringFailure">Latencies of requests that arrived during the failure; null if the scenario has none.</param>
/// <param name="Errors">Requests with a 500 or without a response.</param>
/// <param name="Servers">In the scenario's order.</param>
internal sealed record Outcome(Latencies All, Latencies? DuringFailure, int Errors, ImmutableArray<ServerOutcome> Servers)
{
    /// <summary>True if a server is over 95% busy while another is under 60%.</summary>
    public bool IsLopsided => Servers.Any(server => server.Busy > 0.95) && Servers.Any(server => server.Busy < 0.60);
}

/// <param name="Share">Its share of all requests.</param>
/// <param name="Busy">The share of time that its processors were busy.</param>
internal sealed record ServerOutcome(double Share, double Busy);

/// <summary>Latencies in microseconds.</summary>
internal sealed class Latencies
{
    private readonly List<double> _values = [];
    private bool _isSorted;

    public int Count => _values.Count;

    public double Mean => _values.Count == 0 ? 0 : _values.Average();

    public void Add(double micros)
    {
        _values.Add(micros);
        _isSorted = false;
    }

    /// <summary>The latency quantile; 0 without requests.</summary>
    public double Quantile(double share)
    {
        if (!_isSorted)
        {
            _values.Sort();
            _isSorted = true;
        }
        return _values.Count == 0 ? 0 : _values[Math.Min(_values.Count - 1, (int)(share * _values.Count))];
    }
}

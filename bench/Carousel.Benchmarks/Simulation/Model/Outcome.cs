using System.Collections.Immutable;

namespace Carousel.Benchmarks.Simulation.Model;

/// <summary>What came of a scenario with a policy.</summary>
/// <param name="All">Latencies of all requests that were answered well.</param>
/// <param name="InTrouble">Those of requests that came while something was wrong; null if the scenario has no such time.</param>
/// <param name="Errors">Requests that were answered with 500, or by nobody.</param>
/// <param name="Servers">In the order of the scenario.</param>
internal sealed record Outcome(Latencies All, Latencies? InTrouble, int Errors, ImmutableArray<ServerOutcome> Servers)
{
    /// <summary>A server over 95% busy while another is under 60%.</summary>
    public bool IsLopsided => Servers.Any(server => server.Busy > 0.95) && Servers.Any(server => server.Busy < 0.60);
}

/// <param name="Share">Of all requests.</param>
/// <param name="Busy">Share of the time that a processor worked.</param>
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

    /// <summary>The latency that this share of the requests stays within; 0 without requests.</summary>
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

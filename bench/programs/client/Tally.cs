using System.Globalization;

namespace Carousel.Bench.Client;

/// <summary>The outcomes of all requests. Every latency is kept, so percentiles are exact.</summary>
/// <param name="micros">The length of the schedule. Its second third, when servers are slow, is also reported separately.</param>
/// <param name="posts">Receives a line for every POST: its id and outcome.</param>
internal sealed class Tally(long micros, TextWriter posts)
{
    private readonly SortedDictionary<(string Method, string Outcome), long> _outcomes = [];
    private readonly List<int> _latencies = [];
    private readonly List<int> _inTheMiddle = [];
    private readonly List<int> _late = [];
    private long _gets, _posts, _resent, _from, _to;

    /// <summary>The first request is due now, by the clock of the latencies.</summary>
    public void Begins(long now) => (_from, _to) = (now + micros / 3, now + micros * 2 / 3);

    /// <summary>A request is sent N microseconds late.</summary>
    public void Sent(Request request, long late)
    {
        (request.IsPost ? ref _posts : ref _gets)++;
        _late.Add((int)late);
    }

    public void Resent() => _resent++;

    public void Ended(Request request, string outcome, long took)
    {
        var key = (request.IsPost ? "POST" : "GET", outcome);
        _outcomes[key] = _outcomes.GetValueOrDefault(key) + 1;
        if (request.IsPost)
        {
            posts.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{request.Id} {outcome}"));
        }
        else if (outcome == "ok")
        {
            _latencies.Add((int)took);
            if (request.Due >= _from && request.Due < _to)
            {
                _inTheMiddle.Add((int)took);
            }
        }
    }

    /// <summary>Writes one line per kind of fact. Times are in microseconds; latencies are those of successful GETs.</summary>
    public void Write(TextWriter to)
    {
        to.WriteLine($"sent {_gets} {_posts}");
        to.WriteLine($"resent {_resent}");
        to.WriteLine($"middle {Percentiles(_inTheMiddle)}");
        to.WriteLine($"latency {Percentiles(_latencies)}");
        to.WriteLine($"late {Percentiles(_late)}");
        foreach (var ((method, outcome), count) in _outcomes)
        {
            to.WriteLine($"outcome {method} {count} {outcome}");
        }
    }

    private static string Percentiles(List<int> values)
    {
        values.Sort();
        int At(double share) => values.Count == 0 ? 0 : values[(int)((values.Count - 1) * share)];
        return $"{At(0.5)} {At(0.99)} {At(0.999)} {At(1)}";
    }
}

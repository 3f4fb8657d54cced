using System.Globalization;
using System.Text.RegularExpressions;
using Carousel.Bench.Machine;
using Carousel.Bench.Peers;
using Carousel.Bench.Processes;

namespace Carousel.Bench.Load;

/// <summary>
/// What wrk saw: times in microseconds; errors are responses above 399 and failed connects, reads, writes and timeouts.
/// </summary>
internal sealed record WrkResult(long Requests, double DurationMicros, double P50, double P99, long Errors);

/// <summary>The load generator: one thread on the load's core.</summary>
internal static partial class Wrk
{
    // No function that is called once a request, but where sessions have to differ: it would slow the load.
    private const string Done = """
        done = function(summary, latency, requests)
            local e = summary.errors
            io.write(string.format("result %d %d %.0f %.0f %d\n", summary.requests, summary.duration,
                latency:percentile(50), latency:percentile(99), e.connect + e.read + e.write + e.status + e.timeout))
        end
        """;

    /// <summary>Runs the scenario against a peer for this many seconds.</summary>
    /// <exception cref="BenchException">wrk failed.</exception>
    public static async Task<WrkResult> RunAsync(
        LoadScenario scenario, RunningPeer peer, string folder, int seconds, CancellationToken stop)
    {
        string script = Path.Combine(folder, $"{scenario.Name}-{peer.Name}.lua");
        await File.WriteAllTextAsync(script, Script(scenario, peer), stop);
        string output = await Command.RunAsync(
            "taskset",
            [
                "-c", $"{Cores.Load}", "wrk", "-t", "1", "-c", $"{scenario.Connections}", "-d", $"{seconds}s", "--timeout", "2s",
                "-s", script, $"http://127.0.0.1:{peer.Port}{scenario.Path}",
            ],
            stop);
        var match = Result().Match(output);
        if (!match.Success)
        {
            throw new BenchException($"wrk gave no result:\n{output}");
        }

        string[] fields = match.Groups[1].Value.Split(' ');
        double[] values = Array.ConvertAll(fields, text => double.Parse(text, CultureInfo.InvariantCulture));
        return new WrkResult((long)values[0], values[1], values[2], values[3], (long)values[4]);
    }

    private static string Script(LoadScenario scenario, RunningPeer peer)
    {
        string upload = scenario.Uploads ? "wrk.method = \"POST\"\nwrk.body = string.rep(\"u\", 1048576)\n" : "";
        string close = scenario.Closes ? "wrk.headers[\"Connection\"] = \"close\"\n" : "";
        return upload + close + (scenario.Sessions > 0 ? Returning(peer.Cookies(scenario.Sessions)) : "") + Done;
    }

    /// <summary>Requests rotate over the sessions; they are built beforehand.</summary>
    private static string Returning(string[] cookies) => $$"""
        local cookies = { {{string.Join(", ", cookies.Select(cookie => $"\"{cookie}\""))}} }
        local requests, next = {}, 0
        init = function(args)
            for i, cookie in ipairs(cookies) do
                requests[i] = wrk.format("GET", nil, { ["Cookie"] = cookie })
            end
        end
        request = function()
            next = next % #requests + 1
            return requests[next]
        end

        """;

    [GeneratedRegex("^result (.+)$", RegexOptions.Multiline)]
    private static partial Regex Result();
}

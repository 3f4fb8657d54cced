using System.Diagnostics;
using System.Globalization;
using System.Net;
using Carousel.Bench.Machine;
using Carousel.Bench.Processes;

namespace Carousel.Bench.Servers;

/// <summary>How a server works.</summary>
/// <param name="Slots">Requests that it works on at once; more wait.</param>
/// <param name="ServiceMicros">The mean time of one at speed 1.</param>
/// <param name="IsExponential">Else every request takes that time.</param>
/// <param name="Speed">Requests take the time divided by this.</param>
internal sealed record ServerWork(int Slots, int ServiceMicros, bool IsExponential, double Speed);

/// <summary>What a server says of itself.</summary>
/// <param name="AtMicros">Its clock.</param>
/// <param name="Requests">That reached it so far.</param>
/// <param name="BusyMicros">That its slots were in use for, summed over the slots.</param>
internal sealed record ServerStats(long AtMicros, long Requests, long BusyMicros);

/// <summary>One server of the pool: a process of its own on the load's core, that can be killed, stopped and started again.</summary>
internal sealed class PoolServer(string program, int port, string folder, ServerWork work) : IDisposable
{
    private static readonly HttpClient Client = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(5) };
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private Child? _process;

    public int Port => port;

    public ServerWork Work => work;

    /// <summary>Where the ids of the POSTs are that it executed, a line each, whichever process did.</summary>
    public string Executed => Path.Combine(folder, $"executed-{port}");

    /// <summary>It doesn't wait for it to listen: that is a matter of milliseconds.</summary>
    public void Start() => _process = Child.Start(Cores.Load,
    [
        program, "--port", $"{port}", "--name", $"s{port}", "--record", Executed, "--slots", $"{work.Slots}", "--service-us", $"{work.ServiceMicros}",
        "--shape", work.IsExponential ? "exponential" : "fixed", "--speed", work.Speed.ToString(CultureInfo.InvariantCulture), "--seed", $"{port}",
    ]);

    /// <summary>Returns once it responds.</summary>
    /// <exception cref="BenchException">It doesn't.</exception>
    public async Task WaitAsync(CancellationToken stop)
    {
        long started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                await StatsAsync(stop);
                return;
            }
            catch (BenchException) when (Stopwatch.GetElapsedTime(started) < Patience)
            {
                await Task.Delay(5, stop);
            }
        }
    }

    public void Kill()
    {
        _process?.Kill();
        _process = null;
    }

    public void Stop() => _process?.Stop();

    public void Continue() => _process?.Continue();

    public async Task<ServerStats> StatsAsync(CancellationToken stop)
    {
        long[] numbers = Array.ConvertAll((await AskAsync("_stats", stop)).Split(' '), text => long.Parse(text, CultureInfo.InvariantCulture));
        return new ServerStats(numbers[0], numbers[1], numbers[2]);
    }

    public Task SetSpeedAsync(double speed, CancellationToken stop) =>
        AskAsync($"_speed/{speed.ToString(CultureInfo.InvariantCulture)}", stop);

    /// <summary>Whether it still runs, unless it was killed here.</summary>
    /// <exception cref="BenchException">It ended by itself, or never began to listen.</exception>
    public void MustRun()
    {
        if (_process is { HasExited: true })
        {
            throw new BenchException($"server {port} ended:\n{_process.LastLines}");
        }
    }

    public void Dispose() => _process?.Dispose();

    private async Task<string> AskAsync(string path, CancellationToken stop)
    {
        try
        {
            return await Client.GetStringAsync($"http://{IPAddress.Loopback}:{port}/{path}", stop);
        }
        catch (HttpRequestException e)
        {
            throw new BenchException($"server {port} does not respond: {e.Message}\n{_process?.LastLines}");
        }
    }
}

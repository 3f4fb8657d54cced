using Carousel.Control.Supervision;
using Carousel.Core.Events;

namespace Carousel.Control.Telemetry;

/// <summary>Sends all metrics to a collector periodically. A failed message is not retried: values are cumulative.</summary>
public sealed class OtlpMetricsExporter : IAsyncDisposable
{
    /// <summary>Time limit of the last message at shutdown.</summary>
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(2);

    private readonly OtlpOptions _options;
    private readonly MetricsCollector _collector;
    private readonly TimeProvider _time;
    private readonly OtlpClient _client;
    private readonly OtlpStatus _status;
    private readonly DateTimeOffset _start;
    private readonly ByteBuffer _message = new();
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    /// <param name="options">With non-null <see cref="OtlpOptions.Metrics"/>.</param>
    /// <param name="collector">The metrics to send.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Logs when sending starts or stops failing.</param>
    public OtlpMetricsExporter(OtlpOptions options, MetricsCollector collector, TimeProvider time, ReportEvent log)
    {
        (_options, _collector, _time, _start) = (options, collector, time, time.GetUtcNow());
        _client = new OtlpClient(options);
        _status = new OtlpStatus("metrics", options.Metrics!, log);
    }

    /// <summary>Starts exporting. Call once.</summary>
    public void Start() => _running = Supervisor.OfProcess.Run("metrics", RunAsync, _time, _stop.Token);

    /// <summary>Sends a last message within a time limit and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        using (var limit = new CancellationTokenSource(EndLimit, _time))
        {
            await SendAsync(limit.Token).ConfigureAwait(false);
        }
        _client.Dispose();
        _message.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            await Task.Delay(_options.Interval, _time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!_stop.IsCancellationRequested)
            {
                await SendAsync(_stop.Token).ConfigureAwait(false);
            }
        }
    }

    private async Task SendAsync(CancellationToken stop)
    {
        var request = new OtlpMetrics(_message, _options, _start, _time.GetUtcNow());
        _collector.Collect(request);
        request.Finish();
        try
        {
            _status.Take(await _client.SendAsync(_options.Metrics!, _message.Memory, stop).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            // Shutdown timed out.
        }
    }
}

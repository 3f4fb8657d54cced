using Carousel.Control.Supervision;
using Carousel.Core.Events;
using Carousel.Core.Pools;
using Carousel.Core.Telemetry;

namespace Carousel.Control.Telemetry;

/// <summary>Builds spans from the records of traced requests and sends them to a collector. Bounded: if the collector is slow or unreachable, spans are dropped and counted.</summary>
public sealed class TraceExporter : IMetricSource, IAsyncDisposable
{
    /// <summary>Polling interval.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>How long a span waits for a batch to fill.</summary>
    private static readonly TimeSpan CollectTime = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);

    private const int SendFrom = 512;
    private const int MostSpans = 8192;
    private const int MostSends = 3;

    private static readonly Metric Sent = new("carousel_trace_spans_sent_total", MetricKind.Counter, "{span}", "Spans accepted by the collector");

    private static readonly Metric Lost = new("carousel_trace_spans_lost_total", MetricKind.Counter, "{span}",
        "Spans not sent: the buffer was full (dropped), the collector did not accept them (refused), or records were overwritten (overrun; counts requests, traced or not)", "reason");

    private readonly OtlpOptions _options;
    private readonly TimeProvider _time;
    private readonly RecordFollower _follower;
    private readonly WallClock _clock;
    private readonly OtlpClient _client;
    private readonly OtlpStatus _status;
    private readonly CancellationTokenSource _stop = new(), _giveUp = new();
    private SpanBatch _collected, _inTransit;
    private long _collectingSince;
    private Task _sending = Task.CompletedTask, _running = Task.CompletedTask;
    private long _sent, _dropped, _refused, _overrun;

    /// <param name="options">With non-null <see cref="OtlpOptions.Traces"/>.</param>
    /// <param name="traffic">The source of the records.</param>
    /// <param name="pool">The source of server names.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Logs when sending starts or stops failing.</param>
    public TraceExporter(OtlpOptions options, Traffic traffic, Pool pool, TimeProvider time, ReportEvent log)
    {
        (_options, _time) = (options, time);
        _follower = new RecordFollower(traffic.Records);
        _clock = new WallClock(time);
        var names = new ServerNames(pool);
        (_collected, _inTransit) = (new SpanBatch(options, names), new SpanBatch(options, names));
        _client = new OtlpClient(options);
        _status = new OtlpStatus("traces", options.Traces!, log);
    }

    /// <inheritdoc/>
    public IReadOnlyList<Metric> Metrics => [Sent, Lost];

    /// <inheritdoc/>
    public void Collect(IMetricSink sink)
    {
        sink.Begin(Sent);
        sink.Add(Volatile.Read(ref _sent));
        sink.Begin(Lost);
        sink.Add(Volatile.Read(ref _dropped), "dropped");
        sink.Add(Volatile.Read(ref _refused), "refused");
        sink.Add(Volatile.Read(ref _overrun), "overrun");
    }

    /// <summary>Starts exporting. Call once.</summary>
    public void Start() => _running = Supervisor.OfProcess.Run("traces", RunAsync, _time, _stop.Token);

    /// <summary>Sends the remaining spans within a time limit and stops. Call after the workers have stopped.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _giveUp.CancelAfter(EndLimit);
        await _sending.ConfigureAwait(false);
        Collect();
        Send();
        await _sending.ConfigureAwait(false);
        _collected.Dispose();
        _inTransit.Dispose();
        _client.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            Collect();
            if (_sending.IsCompleted && (_collected.Count >= SendFrom || _collected.Count > 0 && _time.GetElapsedTime(_collectingSince) >= CollectTime))
            {
                Send();
            }
            await Task.Delay(Pause, _time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Collect()
    {
        _clock.Look();
        while (_follower.TryRead())
        {
            ref readonly RequestRecord record = ref _follower.Copy.Record;
            if (record.TraceId == 0)
            {
                continue;
            }
            if (_collected.Count + SpanBatch.CountOf(record) > MostSpans)
            {
                Volatile.Write(ref _dropped, _dropped + SpanBatch.CountOf(record));
                continue;
            }
            if (_collected.Count == 0)
            {
                _collectingSince = _time.GetTimestamp();
            }
            _collected.Add(_follower.Copy, _clock.UnixMicros(record.BeganMicros));
        }
        Volatile.Write(ref _overrun, _overrun + _follower.TakeLost());
    }

    private void Send()
    {
        if (_collected.Count == 0)
        {
            return;
        }
        (_collected, _inTransit) = (_inTransit, _collected);
        _collected.Clear();
        _sending = SendAsync(_inTransit.Finish(), _inTransit.Count);
    }

    /// <summary>Sends a message with a limited number of retries. Does not throw.</summary>
    private async Task SendAsync(ReadOnlyMemory<byte> message, int spans)
    {
        TimeSpan pause = FirstRetry;
        for (int tried = 1; ; tried++)
        {
            OtlpResult result;
            try
            {
                result = await _client.SendAsync(_options.Traces!, message, _giveUp.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                result = new OtlpResult("shutdown timed out", MayRetry: false);
            }
            _status.Take(result);
            if (result.Error is null)
            {
                Volatile.Write(ref _sent, _sent + spans);
                return;
            }
            if (!result.MayRetry || tried == MostSends || _stop.IsCancellationRequested)
            {
                Volatile.Write(ref _refused, _refused + spans);
                return;
            }
            await Task.Delay(pause, _time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause *= 2;
        }
    }
}

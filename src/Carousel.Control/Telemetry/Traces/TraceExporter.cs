using Carousel.Control.Supervision;
using Carousel.Core.Pool;
using Carousel.Core.Telemetry;

namespace Carousel.Control.Telemetry;

/// <summary>Makes spans of the records of requests that are traced, and sends them to a collector. Bounded: while the collector is slow or away, spans are dropped and counted.</summary>
public sealed class TraceExporter : IMetricSource, IAsyncDisposable
{
    /// <summary>Between two looks.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>How long a span waits for others to come along.</summary>
    private static readonly TimeSpan CollectTime = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);

    private const int SendFrom = 512;
    private const int MostSpans = 8192;
    private const int MostSends = 3;

    private static readonly Metric Sent = new("carousel_trace_spans_sent_total", MetricKind.Counter, "{span}", "Spans that the collector took");

    private static readonly Metric Lost = new("carousel_trace_spans_lost_total", MetricKind.Counter, "{span}",
        "Spans that were not sent: too many came meanwhile (dropped), the collector did not take them (refused), or records were written over (overrun; requests, traced or not)", "reason");

    private readonly OtlpOptions _options;
    private readonly TimeProvider _time;
    private readonly RecordFollower _follower;
    private readonly WallClock _clock;
    private readonly OtlpClient _client;
    private readonly OtlpStatus _status;
    private readonly CancellationTokenSource _stop = new(), _giveUp = new();
    private SpanBatch _collected, _onItsWay;
    private long _collectingSince;
    private Task _sending = Task.CompletedTask, _running = Task.CompletedTask;
    private long _sent, _dropped, _refused, _overrun;

    /// <param name="options">Whose <see cref="OtlpOptions.Traces"/> is not null.</param>
    /// <param name="traffic">Whose records.</param>
    /// <param name="pool">For the names of servers.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Takes a line for people when sending begins or ends to fail.</param>
    public TraceExporter(OtlpOptions options, Traffic traffic, ServerPool pool, TimeProvider time, ReportEvent log)
    {
        (_options, _time) = (options, time);
        _follower = new RecordFollower(traffic.Records);
        _clock = new WallClock(time);
        var names = new ServerNames(pool);
        (_collected, _onItsWay) = (new SpanBatch(options, names), new SpanBatch(options, names));
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

    /// <summary>Starts, once.</summary>
    public void Start() => _running = Supervisor.OfProcess.Run("traces", RunAsync, _time, _stop.Token);

    /// <summary>Sends what is left, after the workers have ended, if that is quick; and ends.</summary>
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
        _onItsWay.Dispose();
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
        (_collected, _onItsWay) = (_onItsWay, _collected);
        _collected.Clear();
        _sending = SendAsync(_onItsWay.Finish(), _onItsWay.Count);
    }

    /// <summary>Tries it some times. Ends without an exception.</summary>
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
                result = new OtlpResult("the end came first", MayRetry: false);
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

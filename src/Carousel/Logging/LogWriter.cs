using System.Text;
using Carousel.Control.Telemetry;
using Carousel.Core.Events;

namespace Carousel.Logging;

/// <summary>
/// Writes all output of a running balancer: the log to standard error, the banner to standard output, each through an <see cref="OutputWriter"/>. Callers never wait, and
/// dropped lines are counted. Any thread.
/// </summary>
internal sealed class LogWriter : IMetricSource, IDisposable
{
    private const string Stdout = "stdout", Stderr = "stderr";

    private static readonly Metric Lost = new("carousel_log_lost_total", MetricKind.Counter, "{line}",
        "Lines of the log (stderr) and of the banner (stdout) that were dropped: the output was not read, or writes failed", "output");

    private static readonly Metric Errors = new("carousel_log_write_errors_total", MetricKind.Counter, "{write}",
        "Writes of the log (stderr) and of the banner (stdout) that failed; each is retried after a second", "output");

    private readonly LogSettings _settings;
    private readonly LogLineFormat _format;
    private readonly OutputWriter _output, _error;

    /// <summary>Writes to standard output and standard error from now on.</summary>
    public LogWriter(LogSettings settings, TimeProvider time) : this(settings, time, StandardStreams.WriteOutput, StandardStreams.WriteError)
    {
    }

    internal LogWriter(LogSettings settings, TimeProvider time, WriteBytes output, WriteBytes error)
    {
        (_settings, _format) = (settings, new LogLineFormat(settings.IsJson, time));
        _output = new OutputWriter(Stdout, output, dropped => Gap(Stdout, dropped));
        _error = new OutputWriter(Stderr, error, dropped => Gap(Stderr, dropped));
        // On every exit of the process, except by SIGKILL.
        AppDomain.CurrentDomain.ProcessExit += Flush;
    }

    /// <inheritdoc/>
    public IReadOnlyList<Metric> Metrics => [Lost, Errors];

    /// <summary>Writes a line of the log, if its level is enabled.</summary>
    public void Write(LogLine line)
    {
        if (line.Level >= _settings.Level)
        {
            _error.Write(_format.Format(line));
        }
    }

    /// <summary>Prints the banner; each line ends with a line feed.</summary>
    public void Print(string text)
    {
        if (!_format.IsJson)
        {
            _output.Write(Encoding.UTF8.GetBytes(text));
            return;
        }
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            _output.Write(_format.Format(new LogLine(EventLevel.Info, line)));
        }
    }

    /// <summary>Writes why the balancer can't start or continue, at every log level.</summary>
    public void Fail(string why) =>
        _error.Write(_format.IsJson ? _format.Format(new LogLine(EventLevel.Error, why)) : Encoding.UTF8.GetBytes($"carousel: {LogLineFormat.Plain(why)}\n"));

    /// <inheritdoc/>
    public void Collect(IMetricSink sink)
    {
        sink.Begin(Lost);
        sink.Add(_output.Dropped, Stdout);
        sink.Add(_error.Dropped, Stderr);
        sink.Begin(Errors);
        sink.Add(_output.Errors, Stdout);
        sink.Add(_error.Errors, Stderr);
    }

    /// <summary>Writes the remaining lines, for at most <see cref="OutputWriter.FlushLimit"/>.</summary>
    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= Flush;
        _output.Dispose();
        _error.Dispose();
    }

    private void Flush(object? sender, EventArgs e)
    {
        _output.Dispose();
        _error.Dispose();
    }

    private byte[] Gap(string output, long dropped) => _format.Format(new LogLine(EventLevel.Error,
        $"{(dropped == 1 ? "1 line" : $"{dropped} lines")} dropped here: {output} was not read fast enough"));
}

using Carousel.Core.Telemetry;

namespace Carousel.Control.Telemetry;

/// <summary>The record that a line is written of, and the line. One for all: its record changes. One thread at a time.</summary>
/// <param name="copy">Where the record is.</param>
/// <param name="line">Where to write.</param>
/// <param name="names">Of servers.</param>
internal sealed class LogEntry(RecordCopy copy, ByteBuffer line, ServerNames names)
{
    public RecordCopy Copy => copy;

    public ref readonly RequestRecord Record => ref copy.Record;

    public ByteBuffer Line => line;

    public ServerNames Names => names;

    /// <summary>When it began, in microseconds since 1970.</summary>
    public long UnixMicros { get; set; }

    /// <summary>The index of the worker that it was on.</summary>
    public int Worker { get; set; }

    /// <summary>How many of its attempts are known one by one.</summary>
    public int KnownAttempts => Math.Min(Record.AttemptCount, (ushort)RequestRecord.MaxAttempts);

    /// <summary>From the server having taken it on to the connection being there, in microseconds; below 0 if it did not come so far.</summary>
    public long ConnectMicros => Record.ConnectedMicros == 0 ? -1 : Math.Max(0, (long)Record.ConnectedMicros - Record.RoutedMicros);

    /// <summary>From the connection being there to the answer's head, in microseconds; below 0 if it did not come so far.</summary>
    public long ResponseMicros => Record.FirstByteMicros == 0 ? -1 : Math.Max(0, (long)Record.FirstByteMicros - Record.ConnectedMicros);

    /// <summary>Until a server had taken it on, in microseconds; below 0 if none did.</summary>
    public long RouteMicros => Record.AttemptCount == 0 ? -1 : Record.RoutedMicros;
}

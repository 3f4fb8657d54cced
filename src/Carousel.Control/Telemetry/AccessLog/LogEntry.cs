using Carousel.Core.Telemetry;

namespace Carousel.Control.Telemetry;

/// <summary>The current record and the line being written. Reused for all records. One thread at a time.</summary>
/// <param name="copy">The record.</param>
/// <param name="line">The output.</param>
/// <param name="names">The names of servers.</param>
internal sealed class LogEntry(RecordCopy copy, ByteBuffer line, ServerNames names)
{
    public RecordCopy Copy => copy;

    public ref readonly RequestRecord Record => ref copy.Record;

    public ByteBuffer Line => line;

    public ServerNames Names => names;

    /// <summary>Start of the request, in microseconds since 1970.</summary>
    public long UnixMicros { get; set; }

    /// <summary>The index of its worker.</summary>
    public int Worker { get; set; }

    /// <summary>Number of attempts recorded individually.</summary>
    public int KnownAttempts => Math.Min(Record.AttemptCount, (ushort)RequestRecord.MaxAttempts);

    /// <summary>From selecting the server to the established connection, in microseconds; negative if not reached.</summary>
    public long ConnectMicros => Record.ConnectedMicros == 0 ? -1 : Math.Max(0, (long)Record.ConnectedMicros - Record.RoutedMicros);

    /// <summary>From the established connection to the response head, in microseconds; negative if not reached.</summary>
    public long ResponseMicros => Record.FirstByteMicros == 0 ? -1 : Math.Max(0, (long)Record.FirstByteMicros - Record.ConnectedMicros);

    /// <summary>Until the server was selected, in microseconds; negative if none was.</summary>
    public long RouteMicros => Record.AttemptCount == 0 ? -1 : Record.RoutedMicros;
}

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
namespace Carousel.Core.Telemetry;

/// <summary>One attempt at a server.</summary>
/// <param name="ServerTag">The server's tag: 64 bits of the hash of its URL.</param>
/// <param name="BeganMicros">When the server was selected, in microseconds since the request began.</param>
/// <param name="TookMicros">Its duration, in microseconds.</param>
/// <param name="Reason">Why it failed; none if the server's response was forwarded.</param>
/// <param name="Reused">It used a kept-alive connection.</param>
public record struct AttemptRecord(ulong ServerTag, uint BeganMicros, uint TookMicros, FailureReason Reason, bool Reused);

/// <summary>The result of session lookup.</summary>
public enum SessionOutcome : byte
{
    /// <summary>Sessions are off, or the request was rejected before the lookup.</summary>
    None,

    /// <summary>A new session was created.</summary>
    New,

    /// <summary>An existing session was found.</summary>
    Returning,

    /// <summary>An existing session was found and moved to another server.</summary>
    Moved,

    /// <summary>The request carries its own state: no session.</summary>
    Stateless,
}

/// <summary>The fixed-size part of a request record. Times are in microseconds since the request began; 0 if that phase was not reached.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct RequestRecord
{
    /// <summary>Attempts recorded individually; those in between are only counted.</summary>
    public const int MaxAttempts = 5;

    /// <summary>Its sequence number within its worker, from 0, without gaps.</summary>
    public long Number;

    /// <summary>Its id, sent in X-Request-Id as 16 hexadecimal digits.</summary>
    public ulong Id;

    /// <summary>When its head was complete: the workers' clock, in microseconds from an arbitrary origin (Stopwatch).</summary>
    public long BeganMicros;

    /// <summary>Until the last server was selected.</summary>
    public uint RoutedMicros;

    /// <summary>Until the connection to it was established.</summary>
    public uint ConnectedMicros;

    /// <summary>Until the response head was received; 0 if none was.</summary>
    public uint FirstByteMicros;

    /// <summary>Until the request was finished.</summary>
    public uint TotalMicros;

    /// <summary>Bytes received from the client, head included.</summary>
    public long BytesIn;

    /// <summary>Bytes sent to the client, head included.</summary>
    public long BytesOut;

    /// <summary>The session's id, 128 bits; 0 for none. Secret: the id grants access to the session.</summary>
    public UInt128 Session;

    /// <summary>Its trace id; 0 if it is not traced.</summary>
    public UInt128 TraceId;

    /// <summary>The balancer's span, sent to servers as their parent; 0 if the request is not traced.</summary>
    public ulong SpanId;

    /// <summary>The client's span, the parent of <see cref="SpanId"/>; 0 if there is none.</summary>
    public ulong ParentSpanId;

    /// <summary>The client's address as IPv6 (IPv4-mapped for IPv4). Behind a trusted proxy, the address the proxy reports.</summary>
    public UInt128 Client;

    /// <summary>The client's port; 0 if unknown because a proxy reported the client.</summary>
    public ushort ClientPort;

    /// <summary>The status sent to the client; 0 if none.</summary>
    public ushort Status;

    /// <summary>Why the request failed for the client; none if it did not.</summary>
    public FailureReason Reason;

    /// <summary>The result of session lookup.</summary>
    public SessionOutcome SessionOutcome;

    /// <summary>True for HTTP/1.0.</summary>
    public bool IsHttp10;

    /// <summary>Number of attempts; beyond <see cref="MaxAttempts"/> not all are recorded.</summary>
    public ushort AttemptCount;

    /// <summary>The first attempts; the last element is the last attempt.</summary>
    public AttemptList Attempts;

    /// <summary>Resets it for the next request. The attempts are not cleared: those within the count are overwritten.</summary>
    public void Begin(ulong id, long micros)
    {
        (Id, BeganMicros) = (id, micros);
        (RoutedMicros, ConnectedMicros, FirstByteMicros, TotalMicros) = (0, 0, 0, 0);
        (BytesIn, BytesOut) = (0, 0);
        (Session, TraceId, SpanId, ParentSpanId) = (0, 0, 0, 0);
        (Status, Reason, SessionOutcome, IsHttp10, AttemptCount) = (0, FailureReason.None, SessionOutcome.None, false, 0);
    }

    /// <summary>Storage for the attempts.</summary>
    [InlineArray(MaxAttempts)]
    public struct AttemptList
    {
        private AttemptRecord _first;
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Carousel.Core.Telemetry;

/// <summary>How an attempt ended, and with whom.</summary>
/// <param name="ServerTag">Of the server (<see cref="Pool.Server.Tag"/>).</param>
/// <param name="BeganMicros">When it was taken on there, in microseconds since the request began.</param>
/// <param name="TookMicros">Until it was over, in microseconds.</param>
/// <param name="Reason">Why it failed; none if the server's answer was passed on.</param>
/// <param name="Reused">It went over a connection kept from before.</param>
public record struct AttemptRecord(ulong ServerTag, uint BeganMicros, uint TookMicros, FailureReason Reason, bool Reused);

/// <summary>What a visitor's cookie came to.</summary>
public enum SessionOutcome : byte
{
    /// <summary>Sessions are off, or the request was refused before they were looked at.</summary>
    None,

    /// <summary>A session was begun.</summary>
    New,

    /// <summary>The visitor came back.</summary>
    Returning,

    /// <summary>The visitor came back and was moved to another server.</summary>
    Moved,

    /// <summary>The request brings its state with it: no session.</summary>
    Stateless,
}

/// <summary>The part of a request's record that has a fixed size. Times are microseconds, those since it began 0 where it did not come so far.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct RequestRecord
{
    /// <summary>Attempts that are recorded one by one; of those between, only their number is known.</summary>
    public const int MaxAttempts = 5;

    /// <summary>Its number among its worker's requests, from 0, without gaps.</summary>
    public long Number;

    /// <summary>Its id: what X-Request-Id carries, as 16 hexadecimal digits.</summary>
    public ulong Id;

    /// <summary>When its head was there: the workers' clock, in microseconds from an arbitrary start (Stopwatch's).</summary>
    public long BeganMicros;

    /// <summary>Until a server had taken it on for the last time.</summary>
    public uint RoutedMicros;

    /// <summary>Until the connection to it was there.</summary>
    public uint ConnectedMicros;

    /// <summary>Until the head of the answer was there; 0 if none came.</summary>
    public uint FirstByteMicros;

    /// <summary>Until all was over.</summary>
    public uint TotalMicros;

    /// <summary>Bytes received from the client, head included.</summary>
    public long BytesIn;

    /// <summary>Bytes sent to the client, head included.</summary>
    public long BytesOut;

    /// <summary>The session's id, 128 bits; 0 for none. Not to be shown: whoever has it is the visitor to servers.</summary>
    public UInt128 Session;

    /// <summary>The trace that it belongs to; 0 if it is not traced.</summary>
    public UInt128 TraceId;

    /// <summary>Our span in it, which servers see as their parent; 0 if it is not traced.</summary>
    public ulong SpanId;

    /// <summary>The span that the client named as ours's parent; 0 if there is none.</summary>
    public ulong ParentSpanId;

    /// <summary>The client's address, as IPv6 (IPv4 mapped into it); behind a trusted proxy the one that it names.</summary>
    public UInt128 Client;

    /// <summary>The client's port; 0 if a proxy named the client, so that nobody knows it.</summary>
    public ushort ClientPort;

    /// <summary>The status that the client was sent; 0 if none.</summary>
    public ushort Status;

    /// <summary>Why it failed for the client; none if it did not.</summary>
    public FailureReason Reason;

    /// <summary>What its cookie came to.</summary>
    public SessionOutcome SessionOutcome;

    /// <summary>True for HTTP/1.0.</summary>
    public bool IsHttp10;

    /// <summary>How many attempts there were; more than <see cref="MaxAttempts"/> are not all recorded.</summary>
    public ushort AttemptCount;

    /// <summary>The attempts: the first ones, and the last one at the end.</summary>
    public AttemptList Attempts;

    /// <summary>Empties it for the next request. The attempts stay as they are: those that count are written anew.</summary>
    public void Begin(ulong id, long micros)
    {
        (Id, BeganMicros) = (id, micros);
        (RoutedMicros, ConnectedMicros, FirstByteMicros, TotalMicros) = (0, 0, 0, 0);
        (BytesIn, BytesOut) = (0, 0);
        (Session, TraceId, SpanId, ParentSpanId) = (0, 0, 0, 0);
        (Status, Reason, SessionOutcome, IsHttp10, AttemptCount) = (0, FailureReason.None, SessionOutcome.None, false, 0);
    }

    /// <summary>Room for the attempts.</summary>
    [InlineArray(MaxAttempts)]
    public struct AttemptList
    {
        private AttemptRecord _first;
    }
}

using System.Diagnostics;
using System.Runtime.InteropServices;
using Carousel.Core.Telemetry;

namespace Carousel.Engine.Http;

/// <summary>
/// Parses the head of a request (RFC 9112). Pure: no state, no allocation, no exception, no byte read beyond the input.
/// </summary>
internal static class RequestParser
{
    /// <summary>
    /// Parses the head at the start of <paramref name="input"/>; one empty line before it is passed over (RFC 9112 section 2.2).
    /// </summary>
    /// <param name="input">The bytes there are. What is behind the head does not matter.</param>
    /// <param name="limits">
    /// Bounds of the head. As soon as <see cref="HeadLimits.MaxBytes"/> are there without a complete head it is
    /// <see cref="FailureReason.TargetTooLong"/> or, once the request line was complete,
    /// <see cref="FailureReason.HeadTooLarge"/>.
    /// </param>
    /// <param name="fields">
    /// At least <see cref="HeadLimits.MaxFields"/> long; the first <see cref="RequestHead.FieldCount"/> are filled.
    /// </param>
    /// <param name="head">What the head says; meaningful only when <see cref="ParseStatus.Complete"/>.</param>
    /// <param name="reason">
    /// Why the head was refused; <see cref="FailureReason.None"/> unless <see cref="ParseStatus.Rejected"/>.
    /// </param>
    /// <remarks>
    /// Wrong bytes are refused as soon as they are seen, in the order they come; rules about whole lines (Host, lengths, the
    /// target's form) when the line is complete; a missing Host at the end. The verdict is the same for every way to split the
    /// input. Showing a head again costs another parse of all of it.
    /// </remarks>
    public static ParseStatus Parse(
        ReadOnlySpan<byte> input, in HeadLimits limits, Span<Field> fields, out RequestHead head, out FailureReason reason)
    {
        Debug.Assert(limits.MaxBytes <= ushort.MaxValue && fields.Length >= limits.MaxFields);
        head = default;
        int length = Math.Min(input.Length, limits.MaxBytes);
        bool isFull = length == limits.MaxBytes;
        ref byte start = ref MemoryMarshal.GetReference(input);

        int position = SkipEmptyLine(ref start, length);
        if (position >= 0)
        {
            position = RequestLine.Read(ref start, position, length, ref head);
        }
        if (head.Method == RequestMethod.Trace && !limits.AllowsTrace && position >= 0)
        {
            position = Stop.Refuse(FailureReason.TraceMethod);
        }
        if (position < 0)
        {
            return Stop.ToStatus(position, isFull, FailureReason.TargetTooLong, out reason);
        }

        RequestFields meaning = default;
        FieldLines lines = default;
        position = lines.Read(
            ref start, position, length, fields[..limits.MaxFields], FailureReason.HeadTooLarge, ref meaning, ref head);
        if (position < 0)
        {
            return Stop.ToStatus(position, isFull, FailureReason.HeadTooLarge, out reason);
        }
        head.Length = position;
        head.FieldCount = lines.Count;
        head.Present = lines.Present;
        reason = meaning.Finish(ref head);
        return reason == FailureReason.None ? ParseStatus.Complete : ParseStatus.Rejected;
    }

    private static int SkipEmptyLine(ref byte start, int length)
    {
        if (length == 0)
        {
            return Stop.NeedMore;
        }
        return start == (byte)'\r' ? FieldLine.ReadEmpty(ref start, 0, length) : 0;
    }
}

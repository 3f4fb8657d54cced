using System.Diagnostics;
using System.Runtime.InteropServices;
using Carousel.Core.Telemetry;

namespace Carousel.Engine.Http;

/// <summary>Parses a request head (RFC 9112). No state, no exception, no read beyond the input.</summary>
internal static class RequestParser
{
    /// <summary>
    /// Parses the head at the start of <paramref name="input"/>; one empty line before it is skipped (RFC 9112 section 2.2).
    /// </summary>
    /// <param name="input">The available bytes. Bytes after the head are ignored.</param>
    /// <param name="limits">
    /// Limits of the head. If <see cref="HeadLimits.MaxBytes"/> are available without a complete head, the reason is
    /// <see cref="FailureReason.TargetTooLong"/> or, if the request line is complete, <see cref="FailureReason.HeadTooLarge"/>.
    /// </param>
    /// <param name="head">Overwritten. For <see cref="ParseStatus.Complete"/> it has the head and its own copy of the bytes.</param>
    /// <param name="reason">The error; <see cref="FailureReason.None"/> unless <see cref="ParseStatus.Rejected"/>.</param>
    /// <remarks>
    /// Invalid bytes are refused as soon as they are read, in order. Rules about whole lines (Host, lengths, the target's form) are applied
    /// when the line is complete, a missing Host at the end. The result is the same for every way to split the input. Each call parses the
    /// whole head again.
    /// </remarks>
    public static ParseStatus Parse(
        ReadOnlySpan<byte> input, in HeadLimits limits, RequestHead head, out FailureReason reason)
    {
        Debug.Assert(limits.MaxBytes <= ushort.MaxValue && head.Table.Length >= limits.MaxFields);
        head.Clear();
        int length = Math.Min(input.Length, limits.MaxBytes);
        bool isFull = length == limits.MaxBytes;
        ref byte start = ref MemoryMarshal.GetReference(input);

        int position = SkipEmptyLine(ref start, length);
        if (position >= 0)
        {
            position = RequestLine.Read(ref start, position, length, head);
        }
        if (head.Method == RequestMethod.Trace && !limits.AllowsTrace && position >= 0)
        {
            position = Stop.Refuse(FailureReason.TraceMethod);
        }
        if (position < 0)
        {
            return Stop.ToStatus(position, isFull, FailureReason.TargetTooLong, out reason);
        }

        var meaning = new RequestFields(head);
        FieldLines lines = default;
        position = lines.Read(ref start, position, length, head.Table[..limits.MaxFields], FailureReason.HeadTooLarge, ref meaning);
        if (position < 0)
        {
            return Stop.ToStatus(position, isFull, FailureReason.HeadTooLarge, out reason);
        }
        reason = meaning.Finish();
        if (reason != FailureReason.None)
        {
            return ParseStatus.Rejected;
        }
        head.Complete(input[..position], lines.Count, lines.Present);
        return ParseStatus.Complete;
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

using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Carousel.Core.Telemetry;

namespace Carousel.Engine.Http;

/// <summary>
/// Parses the head of an answer (RFC 9112). Pure, as <see cref="RequestParser"/> is, and as strict with its fields.
/// </summary>
internal static class ResponseParser
{
    /// <summary>Parses the head at the start of <paramref name="input"/>.</summary>
    /// <param name="input">The bytes there are. What is behind the head does not matter.</param>
    /// <param name="method">The request's method: it decides whether there is a body.</param>
    /// <param name="limits">Bounds of the head; beyond them it is <see cref="FailureReason.AnswerHeadTooLarge"/>.</param>
    /// <param name="fields">
    /// At least <see cref="HeadLimits.MaxFields"/> long; the first <see cref="ResponseHead.FieldCount"/> are filled.
    /// </param>
    /// <param name="head">What the head says; meaningful only when <see cref="ParseStatus.Complete"/>.</param>
    /// <param name="reason">
    /// <see cref="FailureReason.BadAnswer"/> or <see cref="FailureReason.AnswerHeadTooLarge"/> when
    /// <see cref="ParseStatus.Rejected"/>, else <see cref="FailureReason.None"/>.
    /// </param>
    public static ParseStatus Parse(
        ReadOnlySpan<byte> input,
        RequestMethod method,
        in HeadLimits limits,
        Span<Field> fields,
        out ResponseHead head,
        out FailureReason reason)
    {
        Debug.Assert(limits.MaxBytes <= ushort.MaxValue && fields.Length >= limits.MaxFields);
        head = default;
        int length = Math.Min(input.Length, limits.MaxBytes);
        ref byte start = ref MemoryMarshal.GetReference(input);

        ResponseFields meaning = default;
        int position = StatusLine.Read(ref start, length, ref head);
        if (position >= 0)
        {
            position = ReadFields(ref start, position, length, fields[..limits.MaxFields], ref meaning, ref head);
        }
        if (position < 0)
        {
            ParseStatus status = Stop.Say(position, length == limits.MaxBytes, FailureReason.AnswerHeadTooLarge, out reason);
            if (status == ParseStatus.Rejected && reason != FailureReason.AnswerHeadTooLarge)
            {
                reason = FailureReason.BadAnswer;
            }
            return status;
        }
        head.Length = position;
        meaning.Finish(method, ref head);
        reason = FailureReason.None;
        return ParseStatus.Complete;
    }

    /// <summary>Reads field lines up to the empty one. Returns the head's length or a <see cref="Stop"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int ReadFields(
        ref byte start, int position, int length, Span<Field> fields, ref ResponseFields meaning, ref ResponseHead head)
    {
        int count = 0;
        while (position < length)
        {
            if (Unsafe.Add(ref start, position) == (byte)'\r')
            {
                head.FieldCount = count;
                return FieldLine.ReadEmpty(ref start, position, length);
            }
            if (count >= fields.Length)
            {
                return Stop.Refuse(FailureReason.AnswerHeadTooLarge);
            }
            ref Field field = ref fields[count++];
            position = FieldLine.Read(ref start, position, length, ref field);
            if (position < 0)
            {
                return position;
            }
            if (field.Known != FieldName.Other)
            {
                head.Present = head.Present.With(field.Known);
                FailureReason reason = meaning.Take(ref start, field, ref head);
                if (reason != FailureReason.None)
                {
                    return Stop.Refuse(reason);
                }
            }
        }
        return Stop.NeedMore;
    }
}

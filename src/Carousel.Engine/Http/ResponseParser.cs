using System.Diagnostics;
using System.Runtime.InteropServices;
using Carousel.Core.Telemetry;

namespace Carousel.Engine.Http;

/// <summary>Parses a response head (RFC 9112). Pure, as <see cref="RequestParser"/>, and as strict with fields.</summary>
internal static class ResponseParser
{
    /// <summary>Parses the head at the start of <paramref name="input"/>.</summary>
    /// <param name="input">The available bytes. Bytes after the head are ignored.</param>
    /// <param name="method">The request's method, which determines whether there is a body.</param>
    /// <param name="limits">Limits of the head; beyond them the reason is <see cref="FailureReason.AnswerHeadTooLarge"/>.</param>
    /// <param name="fields">
    /// At least <see cref="HeadLimits.MaxFields"/> long; the first <see cref="ResponseHead.FieldCount"/> are filled.
    /// </param>
    /// <param name="head">The parsed head; defined only for <see cref="ParseStatus.Complete"/>.</param>
    /// <param name="reason">
    /// <see cref="FailureReason.BadAnswer"/> or <see cref="FailureReason.AnswerHeadTooLarge"/> for
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
        FieldLines lines = default;
        int position = StatusLine.Read(ref start, length, ref head);
        if (position >= 0)
        {
            position = lines.Read(
                ref start, position, length, fields[..limits.MaxFields], FailureReason.AnswerHeadTooLarge, ref meaning, ref head);
        }
        if (position < 0)
        {
            ParseStatus status = Stop.ToStatus(position, length == limits.MaxBytes, FailureReason.AnswerHeadTooLarge, out reason);
            if (status == ParseStatus.Rejected && reason != FailureReason.AnswerHeadTooLarge)
            {
                reason = FailureReason.BadAnswer;
            }
            return status;
        }
        head.Length = position;
        head.FieldCount = lines.Count;
        head.Present = lines.Present;
        meaning.Finish(method, ref head);
        reason = FailureReason.None;
        return ParseStatus.Complete;
    }
}

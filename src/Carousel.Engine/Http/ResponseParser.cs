using System.Diagnostics;
using System.Runtime.InteropServices;
using Carousel.Core.Telemetry;

namespace Carousel.Engine.Http;

/// <summary>Parses a response head (RFC 9112). As <see cref="RequestParser"/>, and as strict with fields.</summary>
internal static class ResponseParser
{
    /// <summary>Parses the head at the start of <paramref name="input"/>.</summary>
    /// <param name="input">The available bytes. Bytes after the head are ignored.</param>
    /// <param name="method">The request's method, which determines whether there is a body.</param>
    /// <param name="limits">Limits of the head; beyond them the reason is <see cref="FailureReason.AnswerHeadTooLarge"/>.</param>
    /// <param name="head">Overwritten. For <see cref="ParseStatus.Complete"/> it has the head and its own copy of the bytes.</param>
    /// <param name="reason">
    /// <see cref="FailureReason.BadAnswer"/> or <see cref="FailureReason.AnswerHeadTooLarge"/> for
    /// <see cref="ParseStatus.Rejected"/>, else <see cref="FailureReason.None"/>.
    /// </param>
    public static ParseStatus Parse(
        ReadOnlySpan<byte> input,
        RequestMethod method,
        in HeadLimits limits,
        ResponseHead head,
        out FailureReason reason)
    {
        Debug.Assert(limits.MaxBytes <= ushort.MaxValue && head.Table.Length >= limits.MaxFields);
        head.Clear();
        int length = Math.Min(input.Length, limits.MaxBytes);
        ref byte start = ref MemoryMarshal.GetReference(input);

        var meaning = new ResponseFields(head);
        FieldLines lines = default;
        int position = StatusLine.Read(ref start, length, head);
        if (position >= 0)
        {
            position = lines.Read(ref start, position, length, head.Table[..limits.MaxFields], FailureReason.AnswerHeadTooLarge, ref meaning);
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
        head.Complete(input[..position], lines.Count, lines.Present);
        meaning.Finish(method);
        reason = FailureReason.None;
        return ParseStatus.Complete;
    }
}

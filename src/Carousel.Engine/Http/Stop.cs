using System.Runtime.CompilerServices;
using Carousel.Core.Telemetry;

namespace Carousel.Engine.Http;

/// <summary>
/// A line reader's result when it did not reach the end of its line: a negative number instead of the next position.
/// <see cref="FailureReason.None"/> in it means that more bytes are needed.
/// </summary>
internal static class Stop
{
    public const int NeedMore = -1;

    public static int Refuse(FailureReason reason) => NeedMore - (int)reason;

    /// <summary>
    /// Returns the result for the byte that ended a run of allowed bytes. A CR must be followed by LF even where neither is allowed, so
    /// that the result does not depend on how the bytes arrive.
    /// </summary>
    /// <param name="head">The head's first byte.</param>
    /// <param name="position">The byte's position; <paramref name="length"/> if the input ended instead.</param>
    /// <param name="length">The number of available bytes.</param>
    /// <param name="otherwise">The reason unless the line ending is wrong.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int At(ref byte head, int position, int length, FailureReason otherwise)
    {
        if (position >= length)
        {
            return NeedMore;
        }
        switch (Unsafe.Add(ref head, position))
        {
            case (byte)'\r' when position + 1 >= length:
                return NeedMore;
            case (byte)'\r' when Unsafe.Add(ref head, position + 1) != (byte)'\n':
            case (byte)'\n':
            case 0:
                return Refuse(FailureReason.BadLineEnding);
            default:
                return Refuse(otherwise);
        }
    }

    /// <summary>Converts a line reader's result to the parser's. An incomplete head that fills the limit is too large.</summary>
    public static ParseStatus ToStatus(int stop, bool isFull, FailureReason tooLarge, out FailureReason reason)
    {
        reason = (FailureReason)(NeedMore - stop);
        if (reason == FailureReason.None && isFull)
        {
            reason = tooLarge;
        }
        return reason == FailureReason.None ? ParseStatus.NeedMore : ParseStatus.Rejected;
    }
}

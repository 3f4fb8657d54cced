using System.Runtime.CompilerServices;
using Carousel.Core.Telemetry;

namespace Carousel.Engine.Http;

/// <summary>
/// How a line reader says that it could not reach the end of its line: a negative number in the place of the next position.
/// <see cref="FailureReason.None"/> inside it means that nothing is wrong but that more bytes are needed.
/// </summary>
internal static class Stop
{
    public const int NeedMore = -1;

    public static int Refuse(FailureReason reason) => NeedMore - (int)reason;

    /// <summary>
    /// Judges the byte that ended a run of allowed ones too early. A CR has to be followed by LF, even where neither may be,
    /// so that the verdict is the same however the bytes arrive.
    /// </summary>
    /// <param name="head">The head's first byte.</param>
    /// <param name="position">Where the byte is; <paramref name="length"/> if the input ended instead.</param>
    /// <param name="length">Bytes there are.</param>
    /// <param name="otherwise">The reason if it is not the line ending that is wrong.</param>
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

    /// <summary>
    /// Turns a reader's stop into what the parser says. A head that fills the limit and is not complete will never be.
    /// </summary>
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

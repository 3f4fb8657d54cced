using System.Text;
using Carousel.Core.Telemetry;

namespace Carousel.Engine.Sessions;

/// <summary>
/// The line that tells a server that the session belonged to another server, and why it was moved: <c>X-Session-Moved: connect-refused</c>.
/// </summary>
internal static class SessionMovedLine
{
    /// <summary>Maximum bytes of the line; a test checks it against the longest reason's name.</summary>
    public const int MaxBytes = 64;

    /// <summary>
    /// Writes the line with its line end into <paramref name="to"/>, at least <see cref="MaxBytes"/> long; returns the written part.
    /// </summary>
    public static Span<byte> Write(FailureReason reason, Span<byte> to)
    {
        int length = 0;
        Append("X-Session-Moved: "u8, to, ref length);
        length += Encoding.ASCII.GetBytes(reason.Describe().Name, to[length..]);
        Append("\r\n"u8, to, ref length);
        return to[..length];
    }

    private static void Append(ReadOnlySpan<byte> text, Span<byte> to, ref int length)
    {
        text.CopyTo(to[length..]);
        length += text.Length;
    }
}

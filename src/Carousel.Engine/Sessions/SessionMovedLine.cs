using System.Text;
using Carousel.Core.Telemetry;

namespace Carousel.Engine.Sessions;

/// <summary>The line that tells a server that its visitor belonged to another one, and why they come here: <c>X-Session-Moved: connect-refused</c>.</summary>
internal static class SessionMovedLine
{
    /// <summary>Most bytes of the line: held by a test to the longest reason's name.</summary>
    public const int MaxBytes = 64;

    /// <summary>Writes the line, ended, into <paramref name="to"/>, at least <see cref="MaxBytes"/> long; returns what was written.</summary>
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

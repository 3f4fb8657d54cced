using System.Text;
using Carousel.Core.Telemetry;
using Carousel.Engine.Http;

namespace Carousel.Engine.Sessions;

/// <summary>
/// The line that tells a server that the session belonged to another server, and why it was moved: <c>X-Session-Moved: connect-refused</c>.
/// </summary>
internal static class SessionMovedLine
{
    /// <summary>Maximum bytes of the line; a test checks it against the longest reason's name.</summary>
    public const int MaxBytes = 64;

    /// <summary>Adds the line to a request's head.</summary>
    public static void Add(RequestHead request, FailureReason reason)
    {
        Span<byte> name = stackalloc byte[MaxBytes];
        request.AddLine("X-Session-Moved: "u8, name[..Encoding.ASCII.GetBytes(reason.Describe().Name, name)]);
    }
}

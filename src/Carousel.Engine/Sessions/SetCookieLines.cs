using System.Text;
using Carousel.Core.Sessions;

namespace Carousel.Engine.Sessions;

/// <summary>
/// The lines that send a session cookie to its client (RFC 6265 section 4.1). Not thread-safe; allocates nothing after the constructor.
/// </summary>
/// <remarks>
/// They include <c>Cache-Control: private</c>: a shared cache that stored this response would send the session to other clients. The field
/// is a list (RFC 9111 section 5.2), so the line can be added to the server's own.
/// </remarks>
internal sealed class SetCookieLines
{
    /// <summary>Maximum bytes of the lines: every attribute, the longest name and the longest domain.</summary>
    public const int MaxBytes = 12 + SessionOptions.MaxCookieName + 1 + SessionCookie.TextLength
        + 8 + 9 + SessionOptions.MaxDomain + 10 + 17 + 8 + 2 + 24;

    private readonly int _valueAt;
    private readonly byte[] _plain;
    private readonly byte[] _secure;

    public SetCookieLines(SessionOptions options)
    {
        string before = $"Set-Cookie: {options.CookieName}=";
        string domain = options.Domain is null ? "" : $"; Domain={options.Domain}";
        string line = $"{before}{new string(' ', SessionCookie.TextLength)}; Path=/{domain}; HttpOnly; SameSite={options.SameSite}";
        const string after = "\r\nCache-Control: private\r\n";
        _valueAt = before.Length;
        _plain = Encoding.ASCII.GetBytes(line + after);
        _secure = Encoding.ASCII.GetBytes(line + "; Secure" + after);
    }

    /// <summary>Returns the lines for this ticket, each with its line end; valid until the next call.</summary>
    public ReadOnlySpan<byte> Write(in SessionTicket ticket, SessionKey key, bool isSecure)
    {
        byte[] lines = isSecure ? _secure : _plain;
        SessionCookie.Write(ticket, key, lines.AsSpan(_valueAt));
        return lines;
    }
}

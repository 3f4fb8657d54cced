using System.Text;
using Carousel.Core.Sessions;

namespace Carousel.Engine.Sessions;

/// <summary>The lines that bring a cookie to its visitor (RFC 6265 section 4.1). One thread; allocates nothing after the constructor.</summary>
/// <remarks>
/// <c>Cache-Control: private</c> goes with it: a shared cache that kept this answer would hand one visitor's session to others. It is a list
/// (RFC 9111 section 5.2), so that it may stand beside what the server said.
/// </remarks>
internal sealed class SetCookieLines
{
    /// <summary>Most bytes of the lines: every attribute, the longest name and the longest domain.</summary>
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

    /// <summary>The lines for this ticket, each ended; good until the next call.</summary>
    public ReadOnlySpan<byte> Write(in SessionTicket ticket, SessionKey key, bool isSecure)
    {
        byte[] lines = isSecure ? _secure : _plain;
        SessionCookie.Write(ticket, key, lines.AsSpan(_valueAt));
        return lines;
    }
}

using System.Text;
using Carousel.Core.Sessions;
using Carousel.Engine.Http;

namespace Carousel.Engine.Sessions;

/// <summary>The lines that bring a cookie to its visitor (RFC 6265 section 4.1). One thread; allocates nothing after the constructor.</summary>
/// <remarks>
/// <c>Cache-Control: private</c> goes with it: a shared cache that kept this answer would hand one visitor's session to others. It is a list
/// (RFC 9111 section 5.2), so that it may stand beside what the server said.
/// </remarks>
internal sealed class CookieText
{
    /// <summary>Most bytes of the lines.</summary>
    public const int MaxBytes = 12 + SessionOptions.MaxCookieName + 1 + SessionCookie.TextLength + 8 + 9 + SessionOptions.MaxDomain + 10 + 17 + 8 + 2 + 24;

    private readonly byte[] _lines;
    private readonly int _valueAt;
    private readonly int _secureAt;

    public CookieText(SessionOptions options)
    {
        string before = $"Set-Cookie: {options.CookieName}=";
        string domain = options.Domain is null ? "" : $"; Domain={options.Domain}";
        string attributes = $"; Path=/{domain}; HttpOnly; SameSite={options.SameSite}";
        _valueAt = before.Length;
        _lines = Encoding.ASCII.GetBytes(before + new string(' ', SessionCookie.TextLength) + attributes + Secure + After);
        _secureAt = _lines.Length - Secure.Length - After.Length;
        System.Diagnostics.Debug.Assert(_lines.Length <= MaxBytes);
    }

    private static string Secure => "; Secure";

    private static string After => "\r\nCache-Control: private\r\n";

    /// <summary>Appends the lines.</summary>
    public void Write(in SessionTicket ticket, SessionKey key, bool isSecure, ref HeadWriter writer)
    {
        SessionCookie.Write(ticket, key, _lines.AsSpan(_valueAt));
        writer.Append(_lines.AsSpan(0, _secureAt));
        writer.Append(_lines.AsSpan(isSecure ? _secureAt : _secureAt + Secure.Length));
    }
}

using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;

namespace Carousel.Core.Config;

/// <summary>Checks and normalises the host of a server's URL (RFC 3986 section 3.2.2, RFC 1123 section 2.1).</summary>
internal static class HostText
{
    private const int MaxName = 253;
    private const int MaxLabel = 63;

    private static readonly SearchValues<char> LabelCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");

    /// <summary>
    /// The host in canonical form: names in lower case, IPv6 addresses in RFC 5952 form without brackets. Null with an error if it is invalid.
    /// </summary>
    public static string? Normalize(string host, out string? error) =>
        host.StartsWith('[') ? IPv6(host, out error)
        : EndsInNumber(host) ? IPv4(host, out error)
        : Name(host, out error);

    private static string? IPv6(string host, out string? error)
    {
        IPAddress? address = null;
        if (host.Contains('%'))
        {
            error = $"an address with a zone is not supported: {Quote.Of(host)}";
            return null;
        }
        ReadOnlySpan<char> inner = host.EndsWith(']') ? host.AsSpan(1, host.Length - 2) : default;
        // IPAddress.TryParse also accepts IPv4, and a port after inner brackets.
        bool valid = inner.Contains(':') && !inner.ContainsAny('[', ']') && IPAddress.TryParse(inner, out address);
        error = valid ? null : $"expected an IPv6 address such as [::1], found {Quote.Of(host)}";
        return valid ? address!.ToString() : null;
    }

    /// <summary>Exactly four decimal numbers: programs disagree on the meaning of "127.1" and "010.0.0.1".</summary>
    private static string? IPv4(string host, out string? error)
    {
        string[] parts = host.Split('.');
        bool valid = parts.Length == 4 && Array.TrueForAll(parts, IsByte);
        error = valid ? null : $"expected an IPv4 address such as 10.0.0.1, found {Quote.Of(host)}";
        return valid ? host : null;
    }

    private static bool IsByte(string part) =>
        part.Length is >= 1 and <= 3 && (part.Length == 1 || part[0] != '0')
        && byte.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    /// <summary>Such a host must be an IPv4 address (as in the WHATWG URL standard): "0x7f000001" is not a name.</summary>
    private static bool EndsInNumber(string host)
    {
        string trimmed = host.TrimEnd('.');
        ReadOnlySpan<char> last = trimmed.AsSpan(trimmed.LastIndexOf('.') + 1);
        return last.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            || (last.Length != 0 && last.IndexOfAnyExceptInRange('0', '9') < 0);
    }

    private static string? Name(string host, out string? error)
    {
        error = NameError(host);
        return error is null ? host.ToLowerInvariant() : null;
    }

    private static string? NameError(string host)
    {
        if (host.Length == 0)
        {
            return "expected a host: a name, an IPv4 address, or an IPv6 address in brackets";
        }
        if (!Ascii.IsValid(host))
        {
            return $"a name outside ASCII is written in punycode{Punycode(host)}, found {Quote.Of(host)}";
        }
        string name = host.EndsWith('.') ? host[..^1] : host;
        return name.Length <= MaxName && Array.TrueForAll(name.Split('.'), IsLabel)
            ? null
            : $"expected a host name, found {Quote.Of(host)}";
    }

    /// <summary>Letters, digits and inner hyphens; also underscores, which no RFC allows but container names contain.</summary>
    private static bool IsLabel(string label) =>
        label.Length is >= 1 and <= MaxLabel && label[0] != '-' && label[^1] != '-'
        && label.AsSpan().IndexOfAnyExcept(LabelCharacters) < 0;

    private static string Punycode(string host)
    {
        try
        {
            string ascii = new IdnMapping().GetAscii(host);
            return NameError(ascii) is null ? $" ({ascii})" : "";
        }
        catch (ArgumentException)
        {
            return "";
        }
    }
}

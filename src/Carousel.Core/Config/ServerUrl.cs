using System.Globalization;

namespace Carousel.Core.Config;

/// <summary>Parses where a server listens: <c>http://host:port</c>, or <c>host:port</c> for short. The port is 80 if not given.</summary>
internal static class ServerUrl
{
    private const int DefaultPort = 80;

    /// <summary>Null with what is wrong in <paramref name="errors"/> if the token is no such URL.</summary>
    public static ServerAddress? Parse(LineToken token, int line, List<ConfigError> errors)
    {
        int start = SchemeLength(token.Text, out string? error);
        // A slash alone is what browsers append; it names no path.
        string authority = token.Text.EndsWith('/') && token.Text.Length > start ? token.Text[start..^1] : token.Text[start..];
        int offset = start;
        error ??= authority.Length == 0 ? "expected http://host:port" : Refused(authority, ref offset);
        if (error is not null)
        {
            errors.Add(new ConfigError(line, token.Column + (authority.Length == 0 ? 0 : offset), error));
            return null;
        }
        return HostAndPort(authority, token.Column + start, line, errors);
    }

    private static int SchemeLength(string text, out string? error)
    {
        int end = text.IndexOf("://", StringComparison.Ordinal);
        string scheme = end < 0 ? "http" : text[..end].ToLowerInvariant();
        error = scheme switch
        {
            "http" => null,
            "https" => "TLS to servers is not supported yet: use http://",
            _ => $"expected http://, found {Quote.Of(text.AsSpan(0, end + 3))}",
        };
        return end < 0 || error is not null ? 0 : end + 3;
    }

    /// <summary>What stands in URLs but says nothing to a balancer, or what it must not see.</summary>
    private static string? Refused(string authority, ref int offset)
    {
        int at = authority.IndexOfAny(['/', '?', '#']);
        if (at >= 0)
        {
            offset += at;
            return $"a server has no path, query or fragment: remove {Quote.Of(authority.AsSpan(at))}";
        }
        if (authority.Contains('@'))
        {
            return "a user or password before the host is not supported: remove it and the \"@\"";
        }
        return !authority.StartsWith('[') && authority.IndexOf(':') != authority.LastIndexOf(':')
            ? $"an IPv6 address stands in brackets, as in [::1]:8000, found {Quote.Of(authority)}"
            : null;
    }

    /// <summary>Host and port are checked both, so that a line shows all its errors at once.</summary>
    private static ServerAddress? HostAndPort(string authority, int column, int line, List<ConfigError> errors)
    {
        bool unclosed = authority.StartsWith('[') && !authority.Contains(']');
        int colon = unclosed ? -1 : authority.IndexOf(':', Math.Max(0, authority.LastIndexOf(']')));
        string? host = HostText.Normalize(colon < 0 ? authority : authority[..colon], out string? error);
        if (error is not null)
        {
            errors.Add(new ConfigError(line, column, error));
        }
        int port = colon < 0 ? DefaultPort : Port(authority[(colon + 1)..]);
        if (port == 0)
        {
            // Where the port is missing, the colon is what is pointed at.
            int portColumn = column + Math.Min(colon + 1, authority.Length - 1);
            string message = $"expected a port between 1 and 65535, found {Quote.Of(authority.AsSpan(colon + 1))}";
            errors.Add(new ConfigError(line, portColumn, message));
        }
        return host is null || port == 0 ? null : new ServerAddress(host, port);
    }

    /// <summary>0 if it is none: five digits at most, no sign, no blanks.</summary>
    private static int Port(string text) =>
        text.Length <= 5 && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port <= 65535 ? port : 0;
}

using System.Globalization;

namespace Carousel.Core.Config;

/// <summary>
/// Parses a server's address: <c>http://host:port</c>, or <c>host:port</c> for short. The default port is 80. A port alone, <c>:3002</c> or
/// <c>3002</c>, means localhost.
/// </summary>
internal static class ServerUrl
{
    private const int DefaultPort = 80;

    /// <summary>Host if only a port is given. A name, so that servers that listen on 127.0.0.1 or ::1 only are both reached.</summary>
    private const string DefaultHost = "localhost";

    /// <summary>Null, with the error in <paramref name="errors"/>, if the token is not such a URL.</summary>
    public static ServerAddress? Parse(LineToken token, int line, List<ConfigError> errors)
    {
        int start = SchemeLength(token.Text, out string? error);
        // Browsers append a single slash; it is not a path.
        string authority = token.Text.EndsWith('/') && token.Text.Length > start ? token.Text[start..^1] : token.Text[start..];
        int offset = start;
        error ??= authority.Length == 0 ? "expected http://host:port" : Refused(authority, ref offset);
        if (error is not null)
        {
            errors.Add(new ConfigError(line, token.Column + (authority.Length == 0 ? 0 : offset), error));
            return null;
        }
        return start == 0 && IsPortAlone(authority)
            ? PortAlone(authority, token.Column, line, errors)
            : HostAndPort(authority, token.Column + start, line, errors);
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

    /// <summary>Rejects URL parts that have no meaning for a balancer, or that it must not see.</summary>
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
            ? $"put an IPv6 address in brackets, as in [::1]:8000, found {Quote.Of(authority)}"
            : null;
    }

    /// <summary>Checks both host and port, so that all errors of a line are reported at once.</summary>
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
            errors.Add(NoPort(authority, colon + 1, column, line));
        }
        return host is null || port == 0 ? null : new ServerAddress(host, port);
    }

    /// <summary>A single number is not a host: an IPv4 address has four.</summary>
    private static bool IsPortAlone(string authority) => authority[0] == ':' || authority.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0;

    private static ServerAddress? PortAlone(string text, int column, int line, List<ConfigError> errors)
    {
        int start = text[0] == ':' ? 1 : 0;
        int port = Port(text[start..]);
        if (port == 0)
        {
            errors.Add(NoPort(text, start, column, line));
            return null;
        }
        return new ServerAddress(DefaultHost, port);
    }

    /// <param name="text">The text with the port.</param>
    /// <param name="start">Where the port should begin. If it is missing, the error points at the colon before it.</param>
    /// <param name="column">Position of the text.</param>
    /// <param name="line">Position of the text.</param>
    private static ConfigError NoPort(string text, int start, int column, int line) =>
        new(line, column + Math.Min(start, text.Length - 1), $"expected a port between 1 and 65535, found {Quote.Of(text.AsSpan(start))}");

    /// <summary>0 if invalid: at most five digits, no sign, no blanks.</summary>
    private static int Port(string text) =>
        text.Length <= 5 && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port <= 65535 ? port : 0;
}

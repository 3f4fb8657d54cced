using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Carousel.Control.Telemetry;

/// <summary>The destination of the access log. Immutable.</summary>
public abstract record LogDestination
{
    private LogDestination()
    {
    }

    /// <summary>No access log.</summary>
    public sealed record Off : LogDestination;

    /// <summary>Standard output.</summary>
    public sealed record Stdout : LogDestination;

    /// <summary>Appends to this file.</summary>
    public sealed record File(string Path) : LogDestination;

    /// <summary>Syslog over a local socket.</summary>
    public sealed record LocalSyslog(string Path) : LogDestination;

    /// <summary>Syslog over UDP.</summary>
    public sealed record RemoteSyslog(string Host, int Port) : LogDestination;

    /// <summary>Parses <c>off</c>, <c>stdout</c>, <c>syslog</c>, <c>syslog:/path</c>, <c>syslog:host[:port]</c> or a file path.</summary>
    public static bool TryParse(string text, [MaybeNullWhen(false)] out LogDestination destination)
    {
        const string syslog = "syslog:";
        const string socket = "/dev/log";
        string rest = text.StartsWith(syslog, StringComparison.Ordinal) ? text[syslog.Length..] : "";
        destination = text switch
        {
            "" => null,
            "off" => new Off(),
            "stdout" => new Stdout(),
            "syslog" or syslog => new LocalSyslog(socket),
            _ when rest.StartsWith('/') => new LocalSyslog(rest),
            _ when rest.Length != 0 => Remote(rest),
            _ => new File(text),
        };
        return destination is not null;
    }

    private static RemoteSyslog? Remote(string text)
    {
        const int syslogPort = 514;
        int colon = text.StartsWith('[') ? text.IndexOf("]:", StringComparison.Ordinal) + 1 : text.IndexOf(':');
        int port = syslogPort;
        bool hasPort = colon > 0;
        if (hasPort && (!int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is < 1 or > 65535))
        {
            return null;
        }
        string host = (hasPort ? text[..colon] : text).Trim('[', ']');
        return Uri.CheckHostName(host) is UriHostNameType.Unknown ? null : new RemoteSyslog(host, port);
    }
}

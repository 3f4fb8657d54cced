using System.Collections.Immutable;
using System.Globalization;

namespace Carousel.Core.Config;

/// <summary>Parses a store's address: <c>redis://[user:password@]host[:port][,host...][/db][?options]</c>, or a keyword.</summary>
internal static class StoreUrl
{
    private const int MaxDatabase = 65535;
    private static readonly string[] Words = ["auto", "none", "embedded"];
    private static readonly string[] Options = ["serviceName", "ca", "insecure"];

    public static bool TryParse(string text, out StoreAddress address, out string error)
    {
        int scheme = text.IndexOf("://", StringComparison.Ordinal);
        StoreAddress? read = scheme < 0 ? Word(text, out error) : Url(text[..scheme], text[(scheme + 3)..], out error);
        address = read ?? StoreAddress.None;
        return read is not null;
    }

    private static StoreAddress? Word(string text, out string error)
    {
        error = "";
        string word = text.Split(':')[0];
        switch (text)
        {
            case "auto":
                return StoreAddress.Auto;
            case "none":
                return StoreAddress.None;
            case "embedded":
                return StoreAddress.Local(StoreKind.Embedded, StoreAddress.DefaultPort);
            case var _ when word == "embedded":
                int port = Port(text[(word.Length + 1)..], out error);
                return port == 0 ? null : StoreAddress.Local(StoreKind.Embedded, port);
        }
        // Text with an @ may contain a password: do not quote it.
        string hint = text.Contains('@') ? "write redis:// before it"
            : Suggestion.For(word, Words) is { } close ? $"found {Quote.Of(text)}: did you mean \"{close}\"?"
            : $"found {Quote.Of(text)}";
        error = $"expected redis://host:port, rediss://host:port, embedded, none or auto, {hint}";
        return null;
    }

    private static StoreAddress? Url(string scheme, string rest, out string error)
    {
        if (scheme.ToLowerInvariant() is not ("redis" or "rediss"))
        {
            error = $"expected redis:// or, with TLS, rediss://, found {Quote.Of(scheme + "://")}";
            return null;
        }
        var address = new StoreAddress { Kind = StoreKind.Redis, Hosts = [], UsesTls = scheme.Length == "rediss".Length };
        int at = rest.LastIndexOf('@');
        string? wrong = at < 0 ? null : Login(rest[..at], ref address);
        rest = rest[(at + 1)..];
        int query = rest.IndexOf('?');
        if (query >= 0)
        {
            wrong ??= Query(rest[(query + 1)..], ref address);
            rest = rest[..query];
        }
        int slash = rest.IndexOf('/');
        if (slash >= 0)
        {
            wrong ??= Path(rest[(slash + 1)..], ref address);
            rest = rest[..slash];
        }
        wrong ??= HostList(rest, ref address);
        error = wrong ?? "";
        return wrong is null ? address : null;
    }

    /// <summary>Error texts must not quote the text: it contains the password.</summary>
    private static string? Login(string login, ref StoreAddress address)
    {
        if (login.AsSpan().IndexOfAny("/?#@,") >= 0)
        {
            return "before the host's \"@\", the characters / ? # @ and , are written %2F %3F %23 %40 and %2C (or use --store-password-file)";
        }
        int colon = login.IndexOf(':');
        if (colon < 0)
        {
            return "expected user:password or :password before the \"@\": a colon is missing";
        }
        if (Decode(login[..colon]) is not { } user || Decode(login[(colon + 1)..]) is not { } password)
        {
            return "in the user or the password, a \"%\" is not followed by two hexadecimal digits: a percent sign itself is written %25";
        }
        address = address with { User = user.Length == 0 ? null : user, Password = password.Length == 0 ? null : password };
        return null;
    }

    private static string? Path(string path, ref StoreAddress address)
    {
        int database = 0;
        if (path.Length != 0 && (!int.TryParse(path, NumberStyles.None, CultureInfo.InvariantCulture, out database) || database > MaxDatabase))
        {
            return $"expected the number of a database after the \"/\", such as redis://host:6379/0, found {Quote.Of(path)}";
        }
        address = address with { Database = database };
        return null;
    }

    private static string? Query(string query, ref StoreAddress address)
    {
        foreach (string option in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = option.Split('=', 2);
            string? value = parts.Length == 2 ? Decode(parts[1]) : null;
            switch (parts[0])
            {
                case "serviceName" when value is { Length: > 0 }:
                    address = address with { ServiceName = value };
                    break;
                case "ca" when value is { Length: > 0 } && address.UsesTls:
                    address = address with { CaFile = value };
                    break;
                case "insecure" when value is "1" && address.UsesTls:
                    address = address with { IsInsecure = true };
                    break;
                default:
                    return OptionError(parts[0], address.UsesTls);
            }
        }
        return null;
    }

    private static string OptionError(string name, bool usesTls) => name switch
    {
        "serviceName" => "serviceName needs a value: redis://sentinel:26379?serviceName=mymaster",
        "ca" or "insecure" when !usesTls => $"{name} applies to TLS only: write rediss:// instead of redis://",
        "ca" => "ca needs a value: the file with the certificates (PEM) that sign the server's",
        "insecure" => "the only value of insecure is 1: write insecure=1",
        _ => $"unknown option {Quote.Of(name)} after the \"?\": "
            + (Suggestion.For(name, Options) is { } close ? $"did you mean {close}?" : "serviceName=NAME, ca=FILE and insecure=1 are known"),
    };

    private static string? HostList(string text, ref StoreAddress address)
    {
        int defaultPort = address.ServiceName is null ? StoreAddress.DefaultPort : StoreAddress.DefaultSentinelPort;
        var hosts = ImmutableArray.CreateBuilder<ServerAddress>();
        foreach (string part in text.Split(','))
        {
            if (HostAndPort(part, defaultPort, out string error) is not { } host)
            {
                return error;
            }
            if (!hosts.Contains(host))
            {
                hosts.Add(host);
            }
        }
        address = address with { Hosts = hosts.ToImmutable() };
        return null;
    }

    private static ServerAddress? HostAndPort(string text, int defaultPort, out string error)
    {
        if (!text.StartsWith('[') && text.Count(c => c == ':') > 1)
        {
            error = $"put an IPv6 address in brackets, as in redis://[::1]:6379, found {Quote.Of(text)}";
            return null;
        }
        int colon = text.IndexOf(':', Math.Max(0, text.LastIndexOf(']')));
        if (HostText.Normalize(colon < 0 ? text : text[..colon], out string? hostError) is not { } host)
        {
            error = hostError!;
            return null;
        }
        error = "";
        int port = colon < 0 ? defaultPort : Port(text[(colon + 1)..], out error);
        return port == 0 ? null : new ServerAddress(host, port);
    }

    /// <summary>0, with an error, if invalid.</summary>
    private static int Port(string text, out string error)
    {
        bool valid = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port is >= 1 and <= 65535;
        error = valid ? "" : $"expected a port between 1 and 65535, found {Quote.Of(text)}";
        return valid ? port : 0;
    }

    /// <summary>Decodes <c>%xx</c> (RFC 3986 section 2.1); null if a percent sign is not followed by two hexadecimal digits.</summary>
    private static string? Decode(string text)
    {
        for (int at = text.IndexOf('%'); at >= 0; at = text.IndexOf('%', at + 1))
        {
            if (at + 2 >= text.Length || !char.IsAsciiHexDigit(text[at + 1]) || !char.IsAsciiHexDigit(text[at + 2]))
            {
                return null;
            }
        }
        return Uri.UnescapeDataString(text);
    }
}

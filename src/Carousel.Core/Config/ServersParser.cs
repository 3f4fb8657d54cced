namespace Carousel.Core.Config;

/// <summary>
/// Parses servers.txt: a URL a line, then options; blank lines and <c>#</c> comments are passed over. LF and CRLF, a byte order
/// mark and tabs are tolerated. A server on the command line is such a line, too. Pure; never throws, whatever the text is.
/// </summary>
public static class ServersParser
{
    /// <summary>All servers of the file, or all that is wrong with it.</summary>
    public static ServersFile Parse(string text)
    {
        if (text.Contains('\0'))
        {
            return new ServersFile([], [new ConfigError(0, 0, "not a text file: it has NUL bytes")]);
        }
        return Parse(text.TrimStart('\uFEFF').Split('\n'), ListPart.Line);
    }

    /// <summary>All servers of these arguments of a command line, each a line of servers.txt; or all that is wrong with them, the number of an argument in the place of a line's.</summary>
    /// <param name="arguments">At least one.</param>
    public static ServersFile ParseArguments(IReadOnlyList<string> arguments) =>
        Parse(arguments, ListPart.Argument);

    private static ServersFile Parse(IReadOnlyList<string> lines, ListPart part)
    {
        var errors = new List<ConfigError>();
        var servers = new List<ServerEntry>();
        var seen = new FirstLines(part, errors);
        int number = 0;
        foreach (string line in lines)
        {
            number++;
            List<LineToken> tokens = LineTokens.Split(line.EndsWith('\r') ? line.AsSpan(0, line.Length - 1) : line);
            if (tokens.Count == 0 && part.Empty is { } message)
            {
                errors.Add(new ConfigError(number, 1, message));
            }
            else if (tokens.Count != 0 && ParseLine(tokens, new ServerOptions(part, number, errors), number, seen, errors) is { } entry)
            {
                servers.Add(entry);
            }
        }
        if (servers.Count == 0 && errors.Count == 0)
        {
            errors.Add(new ConfigError(0, 0, "no servers: add a line such as http://localhost:8000"));
        }
        return new ServersFile(errors.Count == 0 ? [.. servers] : [], [.. errors]);
    }

    private static ServerEntry? ParseLine(List<LineToken> tokens, ServerOptions options, int line, FirstLines seen, List<ConfigError> errors)
    {
        ServerAddress? address = ServerUrl.Parse(tokens[0], line, errors);
        foreach (LineToken token in tokens.Skip(1))
        {
            options.Take(token);
        }
        if (options.Name is { } name)
        {
            seen.TakeName(name, line);
        }
        if (address is not { } where || !seen.TakeAddress(where, tokens[0].Column, line))
        {
            return null;
        }
        return new ServerEntry
        {
            Address = where,
            Weight = options.Weight,
            MaxRequests = options.MaxRequests,
            Backup = options.Backup,
            Drain = options.Drain,
            Name = options.Name?.Text ?? where.ToString(),
            Line = line,
        };
    }
}

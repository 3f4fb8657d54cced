namespace Carousel.Core.Config;

/// <summary>
/// Parses servers.txt: one URL per line, then options; blank lines and <c>#</c> comments are skipped. Accepts LF and CRLF, a byte order mark and
/// tabs. A server on the command line has the same syntax. Pure; never throws.
/// </summary>
public static class ServersParser
{
    /// <summary>All servers of the file, or all its errors.</summary>
    public static ServersFile Parse(string text)
    {
        if (text.Contains('\0'))
        {
            return new ServersFile([], [new ConfigError(0, 0, "not a text file: it has NUL bytes")]);
        }
        return Parse(text.TrimStart('\uFEFF').Split('\n'), ListPart.Line);
    }

    /// <summary>
    /// All servers of these command-line arguments, each in the syntax of a servers.txt line; or all errors, with the argument's number as the line.
    /// </summary>
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

namespace Carousel.Core.Config;

/// <summary>Changes one server in the text of a valid servers.txt and keeps the rest: order, comments, blanks, line ends. Pure.</summary>
public static class ServersTextEdit
{
    private static readonly string[] Options = ["weight", "max", "backup", "drain", "name"];

    /// <summary>Writes these options to the server's line; only options that differ change. Without such a line, one is appended.</summary>
    public static string Set(string text, ServerEntry entry)
    {
        ServerEntry? now = Find(text, entry.Address);
        if (now is null)
        {
            string end = text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
            return text + (text.Length == 0 || text.EndsWith('\n') ? "" : end) + WithOptions(entry.Address.Url, Bare(entry.Address), entry) + end;
        }
        string[] lines = text.Split('\n');
        string line = lines[now.Line - 1];
        // LineTokens does not skip a byte order mark.
        string bom = line.StartsWith('\uFEFF') ? "\uFEFF" : "";
        lines[now.Line - 1] = bom + WithOptions(line[bom.Length..], now, entry);
        return string.Join('\n', lines);
    }

    /// <summary>The text without this server's line.</summary>
    public static string Remove(string text, ServerAddress address)
    {
        if (Find(text, address) is not { } entry)
        {
            return text;
        }
        List<string> lines = [.. text.Split('\n')];
        bool isUnended = entry.Line == lines.Count;
        lines.RemoveAt(entry.Line - 1);
        return string.Join('\n', lines) + (isUnended && lines.Count != 0 ? "\n" : "");
    }

    /// <summary>The server's entry in the text; null if it has none.</summary>
    public static ServerEntry? Find(string text, ServerAddress address) => ServersParser.Parse(text).Servers.FirstOrDefault(entry => entry.Address == address);

    private static ServerEntry Bare(ServerAddress address) => new() { Address = address, Name = address.ToString() };

    private static string WithOptions(string line, ServerEntry before, ServerEntry after)
    {
        foreach (string option in Options)
        {
            if (Word(option, before) != Word(option, after))
            {
                line = WithOption(line, option, Word(option, after));
            }
        }
        return line;
    }

    /// <summary>The text of an option; null for the default.</summary>
    private static string? Word(string option, ServerEntry entry) => option switch
    {
        "weight" => entry.Weight == 1 ? null : $"weight={entry.Weight}",
        "max" => entry.MaxRequests is { } max ? $"max={max}" : null,
        "backup" => entry.Backup ? option : null,
        "drain" => entry.Drain ? option : null,
        _ => entry.Name == entry.Address.ToString() ? null : $"name={entry.Name}",
    };

    private static string WithOption(string line, string option, string? word)
    {
        List<LineToken> tokens = LineTokens.Split(line.TrimEnd('\r'));
        LineToken? found = tokens.Skip(1).Cast<LineToken?>().FirstOrDefault(token => token!.Value.Text.Split('=')[0] == option);
        if (found is { } token)
        {
            string head = line[..(token.Column - 1)];
            string tail = line[(token.Column - 1 + token.Text.Length)..];
            return word is null ? head.TrimEnd(' ', '\t') + tail : head + word + tail;
        }
        int end = tokens[^1].Column - 1 + tokens[^1].Text.Length;
        return word is null ? line : $"{line[..end]} {word}{line[end..]}";
    }
}

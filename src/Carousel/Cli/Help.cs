using System.Text;

namespace Carousel.Cli;

/// <summary>The texts of --help. docs/FLAGS.md repeats the list of flags, and a test holds it to this.</summary>
internal static class Help
{
    private const int DescriptionColumn = 36;
    private const int Width = 110;

    public static string Root(RunFlags flags, params Flag[] others)
    {
        var text = new StringBuilder();
        text.Append($"""
            {ProductVersion.Line}: balances HTTP/1.1 traffic over a ring of servers.

            Usage:
              carousel SERVER... [flags]   balance over these servers
              carousel -f FILE [flags]     balance over the servers in FILE
              carousel check FILE          say what FILE means, or what is wrong with it
              carousel demo [-p PORT]      three small servers and a balancer in front, to try it
              carousel demo-server         one small server, to balance to
              carousel session list        the visitors' sessions in the store, the newest first
              carousel session show ID     all that is known of one, by its id or its cookie
              carousel help [COMMAND]      this, or what a command does; so does --help behind it
              carousel version             the version


            """);
        text.Append("A balancer that runs:\n");
        foreach (AdminCommandHelp command in AdminCommandHelp.All)
        {
            text.Append($"  carousel {command.Usage.Split(',')[0],-20}{command.Short}\n");
        }
        text.Append('\n');
        foreach (FlagGroup group in flags.Groups)
        {
            Append(text, group);
        }
        Append(text, new FlagGroup("Help", others));
        text.Append("""
            FILE has a line for each server: its URL, then options; # begins a comment. A port alone is one of localhost:
              http://localhost:8000
              :8001
              http://10.0.0.7:8000  weight=3 max=200 name=blue
              http://[fd00::7]      backup
            SERVER is such a line; with options it stands in quotes.


            """);
        AppendServerLine(text);
        return text.Append("""
            TIME is written as 500ms, 10s, 2m or 1h30m; SIZE in bytes or as 16k.

            Examples:
              carousel http://localhost:3001 :3002 "10.0.0.7:8000 weight=2"
              carousel -f servers.txt
              carousel -f servers.txt -p 80 --trusted-proxy 10.0.0.0/8
              carousel -f servers.txt --bind 127.0.0.1,::1 --workers 1 --answer-timeout 5s

            Exit codes: 0 served and drained, 1 could not start, 2 the command line, a server or FILE is wrong.
            """).ToString();
    }

    private static void AppendServerLine(StringBuilder text)
    {
        text.Append("Behind a server's URL:\n");
        foreach (ServerLineOption option in ServerLineOption.All)
        {
            string fallback = option.DefaultText.Length == 0 ? "" : $" [default: {option.DefaultText}]";
            text.Append($"  {option.Usage,-20}{option.Description.Replace("`", "", StringComparison.Ordinal)}{fallback}\n");
        }
        text.Append('\n');
    }

    public static string Check(RunFlags flags)
    {
        var text = new StringBuilder("Says what a file of servers means, or everything that is wrong with it (exit code 2). Starts nothing.\n\n");
        text.Append("Usage:\n  carousel check FILE\n\n");
        Append(text, new FlagGroup("Flags", [flags.File]));
        return text.ToString().TrimEnd();
    }

    public static string Session(IReadOnlyList<Flag> flags)
    {
        var text = new StringBuilder();
        text.Append("Looks into the store that balancers keep their visitors' sessions in. Changes nothing.\n\n");
        text.Append("Usage:\n  carousel session list [flags]\n  carousel session show ID|COOKIE [flags]\n\n");
        Append(text, new FlagGroup("Flags", flags));
        return text.Append("""
            Examples:
              carousel session list --store redis://10.0.0.5:6379
              carousel session show 6f0c1d5e9a3b47c28d10e4f5a6b7c8d9

            Exit codes: 0 shown, 1 no such session or no store, 2 the command line is wrong.
            """).ToString();
    }

    public static string Admin(AdminCommandHelp command, IReadOnlyList<Flag> flags)
    {
        var text = new StringBuilder($"{command.Description}\n\nUsage:\n");
        foreach (string usage in command.Usage.Split(", or "))
        {
            text.Append($"  carousel {usage} [flags]\n");
        }
        text.Append('\n');
        Append(text, new FlagGroup("Flags", flags));
        return text.Append($"Example:\n  {command.Example}\n\nExit codes: {command.ExitCodes}.").ToString();
    }

    public static string Demo(RunFlags flags)
    {
        var text = new StringBuilder();
        text.Append("Starts three small servers (blue, green, red) on free ports of this machine and a balancer in front of them.\n\n");
        text.Append("Usage:\n  carousel demo [flags]\n\n");
        Append(text, new FlagGroup("Flags", flags.OfDemo));
        return text.ToString().TrimEnd();
    }

    public static string DemoServer(IReadOnlyList<Flag> flags)
    {
        var text = new StringBuilder();
        text.Append("A small server to balance to: says who answers and what reached it; GET /healthz is 200. SIGTERM lets it finish what it has. For demonstrations only.\n\n");
        text.Append("Usage:\n  carousel demo-server [flags]\n\n");
        Append(text, new FlagGroup("Flags", flags));
        return text.Append("Exit codes: 0 told to leave, 1 could not start, 2 the command line is wrong.").ToString();
    }

    /// <summary>How a flag is written: <c>-p, --port PORT</c>.</summary>
    public static string Usage(Flag flag) =>
        (flag.Alias is null ? "" : flag.Alias + ", ") + flag.Name + (flag.ValueName is null ? "" : " " + flag.ValueName);

    private static void Append(StringBuilder text, FlagGroup group)
    {
        text.Append(group.Title).Append(":\n");
        foreach (Flag flag in group.Flags)
        {
            // Flags without a short form are indented as if they had one, so that the long forms line up.
            string usage = "  " + (flag.Alias is null ? "    " : "") + Usage(flag);
            text.Append(usage.PadRight(DescriptionColumn));
            if (usage.Length >= DescriptionColumn)
            {
                text.Append('\n').Append(' ', DescriptionColumn);
            }
            AppendWrapped(text, flag.Description + (flag.DefaultText is null ? "" : $" [default: {flag.DefaultText}]"));
        }
        text.Append('\n');
    }

    private static void AppendWrapped(StringBuilder text, string words)
    {
        int column = DescriptionColumn;
        foreach (string word in words.Split(' '))
        {
            if (column > DescriptionColumn && column + 1 + word.Length > Width)
            {
                text.Append('\n').Append(' ', DescriptionColumn);
                column = DescriptionColumn;
            }
            else if (column > DescriptionColumn)
            {
                text.Append(' ');
                column++;
            }
            text.Append(word);
            column += word.Length;
        }
        text.Append('\n');
    }
}

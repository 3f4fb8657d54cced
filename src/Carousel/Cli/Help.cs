using System.Text;

namespace Carousel.Cli;

/// <summary>The texts of --help. docs/FLAGS.md repeats the list of flags; a test compares the two.</summary>
internal static class Help
{
    private const int DescriptionColumn = 36;
    private const int Width = 110;

    public static string Root(RunFlags flags, params Flag[] others)
    {
        var text = new StringBuilder();
        text.Append($"""
            {ProductVersion.Line}: an HTTP/1.1 load balancer with shared sessions.

            Usage:
              carousel SERVER... [flags]   balance over these servers
              carousel -f FILE [flags]     balance over the servers in FILE
              carousel check FILE          print the servers in FILE, or its errors
              carousel demo [-p PORT]      a balancer with three demo servers
              carousel demo-server         one demo server
              carousel session list        list the sessions in the store, newest first
              carousel session show ID     show one session, by its id or cookie
              carousel help [COMMAND]      this help, or that of a command (also: COMMAND --help)
              carousel version             the version


            """);
        text.Append("Commands for a running balancer:\n");
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
            FILE has one server per line: URL, then options; # starts a comment. A port alone means localhost:
              http://localhost:8000
              :8001
              http://10.0.0.7:8000  weight=3 max=200 name=blue
              http://[fd00::7]      backup
            SERVER is such a line; quote it if it has options.


            """);
        AppendServerLine(text);
        return text.Append("""
            TIME is 500ms, 10s, 2m or 1h30m; SIZE is bytes, or 16k.

            Examples:
              carousel http://localhost:3001 :3002 "10.0.0.7:8000 weight=2"
              carousel -f servers.txt
              carousel -f servers.txt -p 80 --trusted-proxy 10.0.0.0/8
              carousel -f servers.txt --bind 127.0.0.1,::1 --workers 1 --answer-timeout 5s

            Exit codes: 0 drained and stopped, 1 could not start, 2 invalid command line, server or FILE.
            """).ToString();
    }

    private static void AppendServerLine(StringBuilder text)
    {
        text.Append("Server options, after the URL:\n");
        foreach (ServerLineOption option in ServerLineOption.All)
        {
            string fallback = option.DefaultText.Length == 0 ? "" : $" [default: {option.DefaultText}]";
            text.Append($"  {option.Usage,-20}{option.Description.Replace("`", "", StringComparison.Ordinal)}{fallback}\n");
        }
        text.Append('\n');
    }

    public static string Check(RunFlags flags)
    {
        var text = new StringBuilder("Checks a file of servers: prints the servers, or every error in it (exit code 2). Starts nothing.\n\n");
        text.Append("Usage:\n  carousel check FILE\n\n");
        Append(text, new FlagGroup("Flags", [flags.File]));
        return text.ToString().TrimEnd();
    }

    public static string Session(IReadOnlyList<Flag> flags)
    {
        var text = new StringBuilder();
        text.Append("Shows sessions in the store of the balancers. Read-only.\n\n");
        text.Append("Usage:\n  carousel session list [flags]\n  carousel session show ID|COOKIE [flags]\n\n");
        Append(text, new FlagGroup("Flags", flags));
        return text.Append("""
            Examples:
              carousel session list --store redis://10.0.0.5:6379
              carousel session show 6f0c1d5e9a3b47c28d10e4f5a6b7c8d9

            Exit codes: 0 shown, 1 no such session or no store, 2 invalid command line.
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
        text.Append("Starts three demo servers (blue, green, red) on free local ports and a balancer in front of them.\n\n");
        text.Append("Usage:\n  carousel demo [flags]\n\n");
        Append(text, new FlagGroup("Flags", flags.OfDemo));
        return text.ToString().TrimEnd();
    }

    public static string DemoServer(IReadOnlyList<Flag> flags)
    {
        var text = new StringBuilder();
        text.Append("A demo server: responds with its name and the request it received; GET /healthz responds 200. SIGTERM drains it. For demonstrations only.\n\n");
        text.Append("Usage:\n  carousel demo-server [flags]\n\n");
        Append(text, new FlagGroup("Flags", flags));
        return text.Append("Exit codes: 0 stopped, 1 could not start, 2 invalid command line.").ToString();
    }

    /// <summary>The syntax of a flag: <c>-p, --port PORT</c>.</summary>
    public static string Usage(Flag flag) =>
        (flag.Alias is null ? "" : flag.Alias + ", ") + flag.Name + (flag.ValueName is null ? "" : " " + flag.ValueName);

    private static void Append(StringBuilder text, FlagGroup group)
    {
        text.Append(group.Title).Append(":\n");
        foreach (Flag flag in group.Flags)
        {
            // The long forms are aligned, with or without a short form.
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

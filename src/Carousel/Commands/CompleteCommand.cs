using Carousel.Cli;
using Carousel.Control.Admin;

namespace Carousel.Commands;

/// <summary>
/// <c>carousel complete WORD...</c>: what shells offer (deploy/debian/completions). A candidate a line, with what it does behind a tab; a line with a colon alone says that the path
/// of a file fits, too.
/// </summary>
internal static class CompleteCommand
{
    private const string Files = ":";

    /// <summary>Whoever presses Tab does not wait longer.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromMilliseconds(700);

    public static int Run(Request.Complete request)
    {
        Completion completion = CommandLine.Complete(request.Words);
        foreach ((string word, string what) in completion.Words)
        {
            Console.Out.WriteLine(what.Length == 0 ? word : $"{word}\t{what}");
        }
        if (completion.Servers)
        {
            foreach (string name in ServersAsync(request.Words).GetAwaiter().GetResult().Where(IsPlain))
            {
                Console.Out.WriteLine(name);
            }
        }
        if (completion.Files)
        {
            Console.Out.WriteLine(Files);
        }
        return ExitCode.Ok;
    }

    /// <summary>Those of the balancer that the words are for; where it can't be asked, those of the file that they name.</summary>
    private static async Task<IEnumerable<string>> ServersAsync(IReadOnlyList<string> words)
    {
        string[] target = [.. Pair(words, "--admin"), .. Pair(words, "--admin-token-file")];
        if (CommandLine.Parse(["status", .. target]) is Request.Admin { Target: var asked }
            && (asked.TokenFile is null ? "" : AdminToken.Read(asked.TokenFile, out _)) is { } token)
        {
            using var client = new AdminClient(asked, token.Length == 0 ? null : token);
            try
            {
                ServerList list = await client.GetAsync("api/v1/servers", AdminJson.Default.ServerList).WaitAsync(Timeout);
                return list.Servers.Select(server => server.Name);
            }
            catch (Exception e) when (e is AdminClientException or TimeoutException)
            {
                // The file, then.
            }
        }
        string[] file = [.. Pair(words, "-f"), .. Pair(words, "--file")];
        return file.Length < 2 ? [] : ServersFileReader.Read(file[1]).Parse().Servers.Select(server => server.Name);
    }

    /// <summary>A flag and its value, if both are there.</summary>
    private static IEnumerable<string> Pair(IReadOnlyList<string> words, string flag)
    {
        int at = words.ToList().IndexOf(flag);
        return at < 0 || at + 2 >= words.Count ? [] : [flag, words[at + 1]];
    }

    /// <summary>What others wrote must not steer a shell.</summary>
    private static bool IsPlain(string name) => name.All(c => char.IsAsciiLetterOrDigit(c) || "-_.:[]".Contains(c));
}

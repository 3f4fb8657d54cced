using Carousel.Cli;
using Carousel.Control.Admin;
using Carousel.Files;

namespace Carousel.Commands;

/// <summary>
/// <c>carousel complete WORD...</c>: completions for shells (deploy/debian/completions). Prints one candidate per line, with its description after a tab; a line with only a colon
/// means that file paths fit, too.
/// </summary>
internal static class CompleteCommand
{
    private const string Files = ":";

    /// <summary>Longest wait for a completion.</summary>
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

    /// <summary>The servers of the balancer that the words name; if it is unreachable, those of the file that they name.</summary>
    private static async Task<IEnumerable<string>> ServersAsync(IReadOnlyList<string> words)
    {
        string[] target = [.. Pair(words, "--admin"), .. Pair(words, "--admin-token-file")];
        if (CommandLine.Parse(["status", .. target]) is Request.Admin { Target: var balancer }
            && (balancer.TokenFile is null ? "" : AdminToken.Read(balancer.TokenFile, out _)) is { } token)
        {
            using var client = new AdminClient(balancer, token.Length == 0 ? null : token);
            try
            {
                ServerList list = await client.GetAsync("api/v1/servers", AdminJson.Default.ServerList).WaitAsync(Timeout);
                return list.Servers.Select(server => server.Name);
            }
            catch (Exception e) when (e is AdminClientException or TimeoutException)
            {
                // Fall back to the file.
            }
        }
        string[] file = [.. Pair(words, "-f"), .. Pair(words, "--file")];
        return file.Length < 2 ? [] : ServersFileReader.Read(file[1]).Parse().Servers.Select(server => server.Name);
    }

    /// <summary>A flag and its value, if both are given.</summary>
    private static IEnumerable<string> Pair(IReadOnlyList<string> words, string flag)
    {
        int at = words.ToList().IndexOf(flag);
        return at < 0 || at + 2 >= words.Count ? [] : [flag, words[at + 1]];
    }

    /// <summary>False for names with characters that a shell may interpret.</summary>
    private static bool IsPlain(string name) => name.All(c => char.IsAsciiLetterOrDigit(c) || "-_.:[]".Contains(c));
}

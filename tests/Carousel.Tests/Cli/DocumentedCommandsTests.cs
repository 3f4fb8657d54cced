using System.Text;
using System.Text.RegularExpressions;
using Carousel.Cli;
using Carousel.Tests.Walls;
using Xunit;

namespace Carousel.Tests.Cli;

/// <summary>Every command in the documents is a valid command line.</summary>
public partial class DocumentedCommandsTests
{
    public static TheoryData<string, string> Commands =>
        [.. Markdown.Pages.SelectMany(page => Markdown.CodeLines(Markdown.Read(page)).Select(line => (page, line))
            .Where(shown => Arguments(shown.line) is not null))];

    [Theory]
    [MemberData(nameof(Commands))]
    public void Command_OfAPage_IsValid(string page, string line)
    {
        Request request = CommandLine.Parse(Arguments(line)!);

        Assert.False(request is Request.Invalid, $"{page}: {line}: {string.Join("; ", (request as Request.Invalid)?.Errors ?? [])}");
    }

    [Fact]
    public void Commands_InRunningText_Exist()
    {
        (string Page, string Word)[] named = [.. Markdown.Pages.SelectMany(page => Inline().Matches(Markdown.Read(page)).Select(match => (page, match.Groups[1].Value)))];

        Assert.Contains(named, command => command.Word == "status");
        Assert.Empty(((string, string)[])[.. named.Where(command => CommandLine.Parse(["help", command.Word]) is Request.Invalid)]);
    }

    [Theory]
    [InlineData("carousel -f a.txt --log-format '$a b'   # comment", "-f", "a.txt", "--log-format", "$a b")]
    [InlineData("$ carousel drain blue --wait && systemctl stop blue", "drain", "blue", "--wait")]
    [InlineData("out/carousel status | cat", "status")]
    [InlineData("dotnet run -c Release --project src/Carousel -- demo", "demo")]
    [InlineData("docker run -p 1:1 my-loadbalancer:latest -f a", "-f", "a")]
    public void Arguments_OfALine_AreSplitLikeAShell(string line, params string[] arguments) => Assert.Equal(arguments, Arguments(line));

    [Theory]
    [InlineData("carousel() { true; }")]
    [InlineData("docker run my-loadbalancer:latest   # only its own")]
    [InlineData("kubectl get pods")]
    [InlineData("2026-11-26T17:10:00Z info carousel")]
    public void Arguments_OfAnotherLine_AreNull(string line) => Assert.Null(Arguments(line));

    /// <summary>The arguments for carousel in this shell line; null if it does not start carousel with arguments.</summary>
    private static string[]? Arguments(string line)
    {
        List<string> words = Words(line.StartsWith("$ ", StringComparison.Ordinal) ? line[2..] : line);
        int first = words is [var program, ..] && (program == "carousel" || program.EndsWith("/carousel", StringComparison.Ordinal)) ? 1
            : words is ["dotnet", "run", ..] && words.Contains("src/Carousel") ? words.IndexOf("--") + 1
            : words is ["docker", "run", ..] ? words.FindIndex(word => word.StartsWith("my-loadbalancer:", StringComparison.Ordinal)) + 1
            : 0;
        return first == 0 || first == words.Count ? null : [.. words.Skip(first)];
    }

    /// <summary>The words of the line's first command, without quotes; variables are not expanded.</summary>
    private static List<string> Words(string line)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        bool isWord = false;
        char quote = '\0';
        foreach (char c in line + ' ')
        {
            if (quote != '\0' || c is '\'' or '"')
            {
                bool isQuote = quote == '\0' || c == quote;
                quote = quote == '\0' ? c : isQuote ? '\0' : quote;
                isWord = true;
                _ = isQuote ? word : word.Append(c);
            }
            else if (c is '|' or '&' or ';' or '>' || (c == '#' && !isWord))
            {
                break;
            }
            else if (c != ' ')
            {
                isWord = true;
                word.Append(c);
            }
            else if (isWord)
            {
                words.Add(word.ToString());
                word.Clear();
                isWord = false;
            }
        }
        return words;
    }

    [GeneratedRegex("`carousel ([a-z][a-z-]*)(?![a-z:-])")]
    private static partial Regex Inline();
}

using Carousel.Cli;
using Carousel.Core.Config;
using Xunit;

namespace Carousel.Tests.Cli;

public class CompletionTests
{
    [Theory]
    [InlineData("", "check", "drain", "help", "version")]
    [InlineData("session |", "list", "show")]
    [InlineData("help |", "check", "session", "drain")]
    [InlineData("help session |", "list", "show")]
    [InlineData("-", "--port", "--policy", "--help", "--version")]
    [InlineData("check -", "--file", "--help")]
    [InlineData("demo-server -", "--port", "--name")]
    [InlineData("drain blue -", "--wait", "--timeout", "--admin")]
    [InlineData("session list -", "--limit", "--store")]
    [InlineData("--policy |", "round-robin", "ewma", "hash")]
    [InlineData(":3001 --session |", "shared", "sticky", "off")]
    [InlineData(":3001 -", "--port", "--policy")]
    [InlineData("-f servers.txt --session |", "shared", "sticky", "off")]
    [InlineData("--session=", "--session=shared", "--session=off")]
    [InlineData("--access-log |", "stdout", "syslog", "off")]
    [InlineData("--hash-by |", "source", "cookie:")]
    [InlineData("add http://localhost:8004 |", "weight=", "backup", "name=")]
    public void Complete_Words_AreThoseThatFit(string line, params string[] expected)
    {
        Completion completion = Complete(line);

        Assert.All(expected, word => Assert.Contains(word, completion.Words.Select(candidate => candidate.Word)));
        Assert.False(completion.Servers);
    }

    [Theory]
    [InlineData("--port |")]
    [InlineData("session show id |")]
    [InlineData("http://localhost:3001 |")]
    [InlineData("check servers.txt |")]
    [InlineData("drain blue |")]
    [InlineData("weight blue |")]
    [InlineData("--nonsense=")]
    [InlineData("help check |")]
    public void Complete_FreeText_HasNoCandidates(string line)
    {
        Completion completion = Complete(line);

        Assert.Empty(completion.Words);
        Assert.False(completion.Files || completion.Servers);
    }

    [Theory]
    [InlineData("-f |")]
    [InlineData("--file |")]
    [InlineData("--data |")]
    [InlineData("--access-log |")]
    [InlineData("check -f |")]
    [InlineData("check |")]
    [InlineData("check serv")]
    public void Complete_File_IsLeftToTheShell(string line) => Assert.True(Complete(line).Files);

    [Theory]
    [InlineData("drain |")]
    [InlineData("undrain bl")]
    [InlineData("weight |")]
    [InlineData("remove |")]
    [InlineData("drain --admin 7778 |")]
    [InlineData("drain -f servers.txt |")]
    public void Complete_ServerOfACommand_NeedsServers(string line) => Assert.True(Complete(line).Servers);

    /// <summary>Every completion of a flag's value is a valid value.</summary>
    [Fact]
    public void Words_OfEveryFlag_AreValidValues() => Assert.All(
        new RunFlags().Groups.SelectMany(group => group.Flags).SelectMany(flag => flag.Words.Where(word => !word.EndsWith(':') && !word.EndsWith('/')).Select(word => (flag, word))),
        pair => Assert.DoesNotContain($"{pair.flag.Name}:", string.Join('\n', CommandLine.Parse(["-f", "a", pair.flag.Name, pair.word]) is Request.Invalid invalid ? invalid.Errors : [])));

    /// <summary>Every flag with a fixed choice of words has completions. A choice is recognised by its error.</summary>
    [Fact]
    public void Words_OfEveryChoice_AreOffered()
    {
        IEnumerable<Flag> choices = new RunFlags().Groups.SelectMany(group => group.Flags).Where(flag => flag.ValueName is not null
            && CommandLine.Parse(["-f", "a", flag.Name, "\u0001"]) is Request.Invalid { Errors: [var error, ..] } && error.Contains("expected one of"));
        Assert.NotEmpty(choices);
        Assert.All(choices, flag => Assert.NotEmpty(flag.Words));
    }

    [Fact]
    public void Words_AfterAServer_AreValidInTheFile() => Assert.All(ServerLineOption.All,
        option => Assert.True(ServersParser.Parse($"http://a {option.Word}{(option.Word.EndsWith('=') ? "1" : "")}").IsValid));

    /// <summary>A trailing bar means that the last word is empty.</summary>
    private static Completion Complete(string line) => CommandLine.Complete(line.TrimEnd('|').Split(' '));
}

using Carousel.Core.Config;
using CsCheck;
using Xunit;

namespace Carousel.Tests.Config;

public class ServersTextEditTests
{
    [Theory]
    [InlineData("http://a:1", "a:1 weight=3", "http://a:1 weight=3")]
    [InlineData("  a:1\tweight=2   # so\r", "a:1 weight=3", "  a:1\tweight=3   # so\r")]
    [InlineData("a:1  weight=2 name=blue # so", "a:1 name=blue", "a:1 name=blue # so")]
    [InlineData("a:1 name=blue#1 # so", "a:1", null)]
    [InlineData("a:1 # so", "a:1 drain", "a:1 drain # so")]
    [InlineData("a:1 drain backup", "a:1 backup", "a:1 backup")]
    [InlineData("a:1 weight=1", "a:1 weight=1 max=7", "a:1 weight=1 max=7")]
    [InlineData("\uFEFFa:1", "a:1 drain", "\uFEFFa:1 drain")]
    public void Set_ExistingLine_ChangesOnlyDifferences(string line, string wanted, string? expected)
    {
        if (expected is null)
        {
            // Not a valid file: Set is never called with it.
            Assert.False(ServersParser.Parse(line).IsValid);
            return;
        }
        Assert.Equal($"{expected}\n\n# end\nb:2\n", ServersTextEdit.Set($"{line}\n\n# end\nb:2\n", Entry(wanted)));
    }

    [Theory]
    [InlineData("a:1\n", "a:1\nhttp://c:3 weight=2 name=red\n")]
    [InlineData("a:1", "a:1\nhttp://c:3 weight=2 name=red\n")]
    [InlineData("a:1\r\n", "a:1\r\nhttp://c:3 weight=2 name=red\r\n")]
    public void Set_NewServer_AppendsLine(string text, string expected) => Assert.Equal(expected, ServersTextEdit.Set(text, Entry("c:3 weight=2 name=red")));

    [Fact]
    public void Remove_Server_RemovesOnlyItsLine()
    {
        const string text = "# one\na:1 # x\n\n# two\nb:2\r\nc:3";

        Assert.Equal("# one\n\n# two\nb:2\r\nc:3", ServersTextEdit.Remove(text, Entry("a:1").Address));
        Assert.Equal("# one\na:1 # x\n\n# two\nc:3", ServersTextEdit.Remove(text, Entry("b:2").Address));
        Assert.Equal("# one\na:1 # x\n\n# two\nb:2\r\n", ServersTextEdit.Remove(text, Entry("c:3").Address));
        Assert.Equal(text, ServersTextEdit.Remove(text, Entry("d:4").Address));
    }

    /// <summary>For any options of any server: the file contains them afterwards, all other servers and comments are unchanged.</summary>
    [Fact]
    public void Set_AnyOptions_ChangesOnlyThisServer()
    {
        Gen<string> options = Gen.Select(Gen.Int[0, 3], Gen.Int[0, 2], Gen.Bool, Gen.Bool, Gen.Bool, (weight, max, backup, drain, named) =>
            $"{(weight == 1 ? "" : $" weight={weight}")}{(max == 0 ? "" : $"\tmax={max}")}{(backup ? "  backup" : "")}{(drain ? " drain" : "")}{(named ? " name=n{0}" : "")}");
        Gen.Select(options.Array[4], options, Gen.Int[0, 4], Gen.Bool).Sample((given, wanted, which, crlf) =>
        {
            string end = crlf ? "\r\n" : "\n";
            string text = string.Concat(given.Select((line, i) => $"# before {i}{end}  h{i}:80{string.Format(null, line, i)}  # of {i}{end}"));
            ServerEntry entry = Entry($"h{which}:80{string.Format(null, wanted, which)}");

            string edited = ServersTextEdit.Set(text, entry);

            ServersFile now = ServersParser.Parse(edited);
            Assert.Equal(entry, now.Servers.Single(server => server.Address == entry.Address) with { Line = 1 });
            Assert.Equal(Others(ServersParser.Parse(text), entry), Others(now, entry));
            Assert.Equal(Comments(text), Comments(edited));
            Assert.Equal(edited, ServersTextEdit.Set(edited, entry));
        });
    }

    private static IEnumerable<ServerEntry> Others(ServersFile file, ServerEntry entry) => file.Servers.Where(server => server.Address != entry.Address);

    private static IEnumerable<string> Comments(string text) => text.Split('\n').Where(line => line.Contains('#')).Select(line => line[line.IndexOf('#')..]);

    private static ServerEntry Entry(string line) => Assert.Single(ServersParser.Parse(line).Servers);
}

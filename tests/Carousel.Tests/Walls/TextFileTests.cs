using System.Text;
using Xunit;

namespace Carousel.Tests.Walls;

public class TextFileTests
{
    private static readonly EditorConfig s_config = new("""
        root = true
        [*]
        charset = utf-8
        end_of_line = lf
        insert_final_newline = true
        trim_trailing_whitespace = true
        indent_style = space
        max_line_length = 20
        [*.{md,txt}]
        max_line_length = off
        [raw/**.http]
        charset = unset
        end_of_line = unset
        trim_trailing_whitespace = unset
        """);

    [Fact]
    public void Files_OfTheRepository_KeepTheEditorConfigAndHaveNoConflicts()
    {
        (string Path, byte[] Bytes)[] files = [.. TextFiles.All];

        Assert.Contains(files, file => file.Path == "README.md");
        Assert.Contains(files, file => file.Path == "tests/Carousel.Tests/Walls/TextFileTests.cs");
        Assert.DoesNotContain(files, file => file.Path.StartsWith("artifacts/", StringComparison.Ordinal));
        Assert.Empty(files.SelectMany(file => TextFiles.Violations(EditorConfig.OfTheRepository, file.Path, file.Bytes)));
    }

    [Theory]
    [InlineData("a.cs", "good\n")]
    [InlineData("a.cs", "")]
    [InlineData("a.cs", "====== x\n")]
    [InlineData("a.cs", "12345678901234567890\n")]
    [InlineData("a.cs", "    indented\n")]
    [InlineData("doc/a.md", "123456789012345678901\n")]
    [InlineData("raw/b/a.http", "GET / HTTP/1.1 \r\n")]
    public void Violations_AGoodFile_AreNone(string path, string text) => Assert.Empty(TextFiles.Violations(s_config, path, Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData("a.cs", "x\nno end", "a.cs:2: the last line has no end")]
    [InlineData("a.cs", "<<<<<<< ours\n", "a.cs:1: a conflict that was not resolved")]
    [InlineData("a.md", "=======\n", "a.md:1: a conflict that was not resolved")]
    [InlineData("a.md", "x\n>>>>>>> theirs\n", "a.md:2: a conflict that was not resolved")]
    [InlineData("raw/a.http", "=======\r\n", "raw/a.http:1: a conflict that was not resolved")]
    [InlineData("a.txt", "||||||| base\n", "a.txt:1: a conflict that was not resolved")]
    [InlineData("a.cs", "x\r\n", "a.cs:1: ends with CR LF, not LF")]
    [InlineData("a.cs", "x \n", "a.cs:1: white space at its end")]
    [InlineData("a.cs", "\tx\n", "a.cs:1: indented by a tab")]
    [InlineData("a.cs", "123456789012345678901\n", "a.cs:1: 21 characters, at most 20")]
    [InlineData("a.cs", "\uFEFFx\n", "a.cs: not UTF-8 without a byte order mark")]
    [InlineData("raw.http", "x \n", "raw.http:1: white space at its end")]
    public void Violations_ABadFile_AreNamed(string path, string text, string expected) =>
        Assert.Equal([expected], TextFiles.Violations(s_config, path, Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Violations_NotUtf8_AreNamedWhereItMustBe()
    {
        Assert.Single(TextFiles.Violations(s_config, "a.cs", [0xE9, (byte)'\n']));
        Assert.Empty(TextFiles.Violations(s_config, "raw/a.http", [0xE9, (byte)'\n']));
    }
}

using System.Globalization;
using System.Runtime.CompilerServices;
using Carousel.Cli;
using Carousel.Core.Config;
using Carousel.Core.Telemetry;
using Xunit;

namespace Carousel.Tests.Cli;

/// <summary>Tables in the documents equal those of the code.</summary>
public class DocumentsTests
{
    /// <summary>The README must stay short.</summary>
    private const int MaxReadmeBytes = 10 * 1024;

    public static TheoryData<string> Flags => [.. new RunFlags().Groups.SelectMany(group => group.Flags).Select(flag => flag.Name)];

    [Fact]
    public void Readme_Size_IsSmall() => Assert.InRange(new FileInfo(Path("README.md")).Length, 1, MaxReadmeBytes);

    [Fact]
    public void Flags_Table_EqualsTheCode()
    {
        IEnumerable<string> expected = new RunFlags().Groups.SelectMany(group => group.Flags.Select(Row).Prepend(group.Title))
            .Concat(["Help", "| `-h, --help` | show this help | |", "| `-v, --version` | show the version | |"]);

        string[] lines = Lines("docs/FLAGS.md");
        int first = Array.IndexOf(lines, "| Flag | What it does | Default |") + 2;
        IEnumerable<string> rows = lines.Skip(first).TakeWhile(line => line.StartsWith('|'))
            .Select(line => line.StartsWith("| **", StringComparison.Ordinal) ? line.Split("**")[1] : line);
        Assert.Equal(expected, rows);
    }

    private static string Row(Flag flag) => $"| `{Help.Usage(flag)}` | {flag.Description} |{(flag.DefaultText is null ? "" : " " + flag.DefaultText)} |";

    [Theory]
    [MemberData(nameof(Flags))]
    public void Help_EveryFlag_HasItsDefault(string name)
    {
        Flag flag = new RunFlags().Groups.SelectMany(group => group.Flags).Single(flag => flag.Name == name);
        string help = string.Join(' ', Help.Root(new RunFlags()).Split(default(char[]), StringSplitOptions.RemoveEmptyEntries));

        string fallback = flag.DefaultText is null ? "" : $" [default: {flag.DefaultText}]";
        Assert.Contains($"{Help.Usage(flag)} {flag.Description}{fallback}", help);
    }

    public static TheoryData<string> ServerOptions => [.. ServerLineOption.All.Select(option => option.Usage)];

    [Theory]
    [MemberData(nameof(ServerOptions))]
    public void ServerOption_InDocsAndHelp_IsValidInTheFile(string usage)
    {
        ServerLineOption option = ServerLineOption.All.Single(option => option.Usage == usage);
        string fallback = option.DefaultText.Length == 0 ? "" : " " + option.DefaultText;

        Assert.Contains($"| `{usage}` | {option.Description} |{fallback} |", Lines("docs/SERVERS.md"));
        Assert.Contains($"  {usage,-20}{option.Description.Replace("`", "")}", Help.Root(new RunFlags()));
        Assert.True(ServersParser.Parse($"http://a {usage.Replace("=N", "=1").Replace("=WORD", "=blue")}").IsValid);
    }

    [Fact]
    public void ServerOptions_OfTheParser_AreAllDocumented()
    {
        string known = ServersParser.Parse("http://a nonsense=1").Errors.Single().Message;

        Assert.All(ServerLineOption.All, option => Assert.Contains(option.Usage, known));
        Assert.Equal(known.Split("known are ")[1].Split(", ").Length + 1, ServerLineOption.All.Count);
    }

    [Fact]
    public void Servers_Sample_EqualsTheSampleFile()
    {
        string sample = File.ReadAllText(Path("samples/servers.txt"));

        Assert.Contains($"```\n{sample}```", File.ReadAllText(Path("docs/SERVERS.md")));
        Assert.Equal(5, ServersParser.Parse(sample).Servers.Length);
    }

    [Fact]
    public void Operations_ExitCodes_EqualTheCode()
    {
        IEnumerable<int> codes = typeof(ExitCode).GetFields().Select(field => (int)field.GetRawConstantValue()!).Order();

        string[] lines = Lines("docs/OPERATIONS.md");
        int first = Array.IndexOf(lines, "| Exit code | Meaning |") + 2;
        Assert.Equal(codes, lines.Skip(first).TakeWhile(line => line.StartsWith('|')).Select(row => int.Parse(row.Split('|')[1], CultureInfo.InvariantCulture)));
    }

    [Fact]
    public void Reasons_Table_EqualsTheCode()
    {
        IEnumerable<string> expected = Enum.GetValues<FailureReason>().Where(reason => reason != FailureReason.None)
            .Select(reason => reason.Describe())
            .Select(row => $"| `{row.Name}` | {(row.Status == 0 ? "-" : row.Status)} | {row.Side.ToString().ToLowerInvariant()} | {row.Sentence} |");

        string[] lines = Lines("docs/REASONS.md");
        int first = Array.IndexOf(lines, "| Code | Status | Side | Meaning |") + 2;
        Assert.Equal(expected, lines.Skip(first).TakeWhile(line => line.StartsWith('|')));
    }

    [Fact]
    public void Troubleshooting_EveryReason_IsInARow()
    {
        string[] rows = [.. Lines("docs/TROUBLESHOOTING.md").Where(line => line.StartsWith("| `", StringComparison.Ordinal))];

        Assert.All(Enum.GetValues<FailureReason>().Where(reason => reason != FailureReason.None),
            reason => Assert.Contains(rows, row => row.Split('|')[1].Contains($"`{reason.Describe().Name}`")));
    }

    private static string[] Lines(string path) => File.ReadAllLines(Path(path));

    private static string Path(string path, [CallerFilePath] string thisFile = "") =>
        System.IO.Path.Combine(System.IO.Path.GetDirectoryName(thisFile)!, "../../..", path);
}

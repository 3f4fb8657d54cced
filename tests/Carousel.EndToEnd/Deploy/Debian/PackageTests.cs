using System.Text.RegularExpressions;
using Carousel.EndToEnd.CommandLine;
using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Deploy.Debian;

/// <summary>The Debian package, installed and removed in its own root, and its unit, checked by systemd's tools.</summary>
public partial class PackageTests(BuiltPackage package) : IClassFixture<BuiltPackage>
{
    private const string NotRoot = "needs root: dpkg --root";

    [Fact]
    public async Task Package_InstalledAndPurged_RemovesAllFiles()
    {
        Assert.SkipUnless(Tool.IsRoot, NotRoot);
        using var root = new PackageRoot();
        await root.InstallAsync(package.Path);
        Assert.Contains("carousel:x:", File.ReadAllText(root["etc/passwd"]));
        Assert.Empty(await Tool.RunAsync("dpkg", $"--root={root.Folder}", "--verify", "carousel"));
        Assert.StartsWith("carousel ", await Tool.RunAsync(root["usr/bin/carousel"], "--version"));
        Run check = await Run.ToEndAsync("/", "check", "-f", root["etc/carousel/servers.txt"]);
        Assert.Equal(0, check.Code);

        await root.RemoveAsync();
        Assert.Equal(["etc/carousel/servers.txt", "etc/default/carousel", "etc/logrotate.d/carousel"], Ours(root));
        await root.PurgeAsync();
        Assert.Empty(Ours(root));
    }

    [Fact]
    public async Task Package_Reinstalled_KeepsTheConfiguration()
    {
        Assert.SkipUnless(Tool.IsRoot, NotRoot);
        using var root = new PackageRoot();
        await root.InstallAsync(package.Path);
        File.WriteAllText(root["etc/carousel/servers.txt"], "http://localhost:9000\n");
        await root.InstallAsync(package.Path);
        Assert.Equal("http://localhost:9000\n", File.ReadAllText(root["etc/carousel/servers.txt"]));
    }

    [Fact]
    public async Task Package_Contents_AreOwnedAndWritableByRootOnly()
    {
        string[] lines = (await Tool.RunAsync("dpkg-deb", "--contents", package.Path)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(lines, line => Assert.Matches("^(d|-|l)rw.r..r.. root/root |^lrwxrwxrwx root/root ", line));
        Assert.Equal(["carousel", "carousel-store"], lines.Where(line => line.StartsWith("-rwx", StringComparison.Ordinal)).Select(line => line.Split('/')[^1]).Order());
    }

    [Fact]
    public async Task Unit_InstalledBesideSystemdsOwn_IsVerifiedAndConfined()
    {
        Assert.SkipUnless(Tool.IsRoot, NotRoot);
        using var root = new PackageRoot();
        await root.InstallAsync(package.Path);
        // Units that ours refers to, and kill, which every Debian has.
        await Tool.RunAsync("cp", "-a", "-n", "/lib/systemd/system", root["usr/lib/systemd/"]);
        Directory.CreateDirectory(root["bin"]);
        File.Copy("/bin/kill", root["bin/kill"]);
        await using var verify = ChildProcess.Start("/", "systemd-analyze", "verify", "--man=no", $"--root={root.Folder}", "carousel.service");
        int code = await verify.ExitAsync();
        Assert.Equal((0, ""), (code, OfOurUnit(verify.Output + verify.Errors)));

        // systemd's exposure scale runs from 0 to 10, 10 being most exposed; few services score below 2.
        string score = await Tool.RunAsync("systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=20", root["usr/lib/systemd/system/carousel.service"]);
        TestContext.Current.TestOutputHelper?.WriteLine(score.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1]);
    }

    [Fact]
    public async Task Manual_OfTheBinary_HasEveryFlagAndIsWellFormed()
    {
        using var root = new PackageRoot();
        await Tool.RunAsync("dpkg-deb", "--extract", package.Path, root.Folder);
        string manual = root["usr/share/man/man1/carousel.1.gz"];
        await using var man = ChildProcess.Start("/", "man", "--warnings", "--encoding=UTF-8", "-l", manual);
        Assert.Equal((0, ""), (await man.ExitAsync(), man.Errors));
        string text = Backspaced().Replace(man.Output, "");
        string help = (await Run.ToEndAsync("/", "--help")).Output;
        string[] flags = [.. Flag().Matches(help).Select(match => match.Groups["name"].Value)];
        Assert.Contains("--file", flags);
        Assert.All(flags, flag => Assert.Matches($@"(?m)^ +(-\w, )?{flag}( |$)", text));
        Assert.All((string[])["weight=N", "max=N", "backup", "drain", "name=WORD"], option => Assert.Matches($@"(?m)^ +{option}( |$)", text));
    }

    [Theory]
    [InlineData("carousel --po", "--policy", "--port")]
    [InlineData("carousel ses", "session")]
    [InlineData("carousel help ses", "session")]
    [InlineData("carousel --session ", "off", "shared", "sticky")]
    [InlineData("carousel -f x --policy r", "random", "round-robin")]
    [InlineData("carousel add http://a:1 na", "name=")]
    [InlineData("carousel session li", "list")]
    [InlineData("carousel session list --l", "--limit")]
    [InlineData("carousel check --f", "--file")]
    [InlineData("carousel check etc/carousel/s", "etc/carousel/servers.txt")]
    [InlineData("carousel --panic --wo", "--workers")]
    [InlineData("carousel --port 7")]
    [InlineData("carousel -f etc/carousel/s", "etc/carousel/servers.txt")]
    public async Task Completion_OfAWord_MatchesTheBinary(string line, params string[] expected)
    {
        using var root = new PackageRoot();
        await Tool.RunAsync("dpkg-deb", "--extract", package.Path, root.Folder);
        string path = $"PATH={root["usr/bin"]}:/usr/bin:/bin";
        Assert.Equal(expected, await BashAsync(root, path, line));
        Assert.Equal(expected, await FishAsync(root, path, line));
    }

    [Fact]
    public async Task Completion_OfAServer_IsOneOfTheBalancerOrOfTheFile()
    {
        using var root = new PackageRoot();
        await Tool.RunAsync("dpkg-deb", "--extract", package.Path, root.Folder);
        string path = $"PATH={root["usr/bin"]}:/usr/bin:/bin";
        await using var server = ScriptedServer.Responding("one");
        string other = server.Url.Replace("127.0.0.1", "localhost", StringComparison.Ordinal);
        await using var balancer = await Balancer.StartAsync([$"{server.Url} name=blue", other], ["--admin", "127.0.0.1:0"]);
        string admin = await AdminAsync(balancer);
        string nameless = other["http://".Length..];

        Assert.Equal(["blue", nameless], await BashAsync(root, path, $"carousel drain --admin {admin} "));
        Assert.Equal(["blue", nameless], await FishAsync(root, path, $"carousel drain --admin {admin} "));
        // bash treats the text before the colon as a separate word and keeps it.
        Assert.Equal([nameless.Split(':')[1]], await BashAsync(root, path, $"carousel drain --admin {admin} localhost:"));
        Assert.Equal(["localhost:8000"], await FishAsync(root, path, "carousel undrain --admin 127.0.0.1:1 -f etc/carousel/servers.txt "));
    }

    [Fact]
    public async Task Logrotate_File_IsValid()
    {
        Assert.SkipUnless(Tool.IsRoot && Tool.Exists("logrotate"), "needs root and logrotate");
        using var root = new PackageRoot();
        string[] lines = File.ReadAllLines(Repository.Path("deploy/debian/logrotate"));
        Directory.CreateDirectory(root["logs"]);
        File.WriteAllText(root["logs/access.log"], "a line\n");
        string here = string.Join('\n', lines).Replace("/var/log/carousel", root["logs"], StringComparison.Ordinal).Replace("su carousel carousel", "su root root", StringComparison.Ordinal);
        File.WriteAllText(root["rotate"], here + "\n");
        await Tool.RunAsync("logrotate", "--force", "--state", root["state"], root["rotate"]);
        Assert.Equal("a line\n", File.ReadAllText(root["logs/access.log.1"]));
    }

    private static async Task<string> AdminAsync(Balancer balancer)
    {
        Match output = Match.Empty;
        await Deadlines.UntilAsync(() => (output = AdminSide().Match(balancer.Output)).Success, "the admin side");
        return output.Groups["address"].Value;
    }

    private static async Task<string[]> BashAsync(PackageRoot root, string path, string line)
    {
        string output = await Tool.RunAsync("env", path, "bash", "-c",
            """cd "$1"; . usr/share/bash-completion/completions/carousel; COMP_LINE=$2; COMP_POINT=${#COMP_LINE}; _carousel; printf '%s\n' "${COMPREPLY[@]}" """,
            "-", root.Folder, line);
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order()];
    }

    private static async Task<string[]> FishAsync(PackageRoot root, string path, string line)
    {
        string output = await Tool.RunAsync("env", path, "HOME=" + root.Folder, "fish", "--no-config", "-c",
            "cd $argv[1]; source usr/share/fish/vendor_completions.d/carousel.fish; complete -C $argv[2]", root.Folder, line);
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(word => word.Split('\t')[0]).Order()];
    }

    /// <summary>Completion itself needs a terminal: only the syntax is checked.</summary>
    [Fact]
    public async Task Completion_ForZsh_Parses() => await Tool.RunAsync("zsh", "-n", Repository.Path("deploy/debian/completions/_carousel"));

    /// <summary>Ignores what systemd-analyze reports about other units, whose packages are not installed.</summary>
    private static string OfOurUnit(string output) => string.Join('\n', output.Split('\n').Where(line => line.Contains("carousel", StringComparison.Ordinal)));

    private static IEnumerable<string> Ours(PackageRoot root) => root.Files().Where(path => path.Contains("carousel", StringComparison.Ordinal));

    [GeneratedRegex(@"(?m)^ +(-\w, )?(?<name>--[a-z-]+)")]
    private static partial Regex Flag();

    [GeneratedRegex(@"dashboard: http://(?<address>\S+)/")]
    private static partial Regex AdminSide();

    /// <summary>The overstrike sequence for bold in terminal output.</summary>
    [GeneratedRegex(".\b")]
    private static partial Regex Backspaced();
}

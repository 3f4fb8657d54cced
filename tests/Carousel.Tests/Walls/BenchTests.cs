using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Xunit;

namespace Carousel.Tests.Walls;

/// <summary>bench/README.md documents everything that bench/run.sh accepts, and bench/results has the newest reports and those that are quoted.</summary>
public partial class BenchTests
{
    private static readonly string s_readme = File.ReadAllText(Path.Combine(Sources.Root, "bench", "README.md"));

    [Fact]
    public void Readme_OfBench_ListsEveryOption()
    {
        string[] options = [.. Literals("Benchmark.cs", "NumberFlag.cs", "BenchmarkCommand.cs").Where(text => Option().IsMatch(text)).Distinct()];
        Assert.Contains("--quick", options);
        Assert.Contains("--idle-connections", options);
        Assert.DoesNotContain(options, option => !Regex.IsMatch(s_readme, $"`{option}[ `]"));
    }

    [Fact]
    public void Readme_OfBench_NamesEveryCommandAndScenario()
    {
        string[] commands = [.. Names("Benchmark.cs")];
        string[] scenarios = [.. Names("Trial.cs"), .. Constants("ScenarioCatalog.cs"), .. Scenarios("BalanceScenario.cs")];
        Assert.Equal(4, commands.Length);
        Assert.Equal(20, scenarios.Length);
        Assert.DoesNotContain(commands, command => !s_readme.Contains($"bench/run.sh {command} ", StringComparison.Ordinal));
        Assert.DoesNotContain(scenarios, name => !s_readme.Contains($"`{name}`", StringComparison.Ordinal));
    }

    /// <summary>An older report is kept while a page quotes it.</summary>
    [Fact]
    public void Results_OfEachKind_AreNotOlderThanTheNewestWholeReport()
    {
        string[] names = [.. Directory.EnumerateFiles(Path.Combine(Sources.Root, "bench", "results")).Select(path => Path.GetFileName(path)!)];
        string pages = string.Concat(Directory.EnumerateFiles(Path.Combine(Sources.Root, "docs"), "*.md", SearchOption.AllDirectories).Select(File.ReadAllText));
        Assert.DoesNotContain(names, name => !ReportName().IsMatch(name));
        Assert.DoesNotContain(
            names.GroupBy(name => ReportName().Match(name).Groups["kind"].Value).SelectMany(Outdated), name => !pages.Contains(name, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("load-2026-11-23-cpu-2c.md load-2026-11-27-cpu-2c.md", "load-2026-11-23-cpu-2c.md")]
    [InlineData("load-2026-11-27-cpu-2c-small.md load-2026-11-28-cpu-2c.md", "load-2026-11-27-cpu-2c-small.md")]
    [InlineData("load-2026-11-28-cpu-2c-small.md load-2026-11-27-cpu-2c.md", "")]
    [InlineData("simulation-2026-11-26.md simulation-2026-11-27.md", "simulation-2026-11-26.md")]
    public void Outdated_OfReportsOfAKind_AreThoseBeforeTheNewestWholeOne(string names, string outdated) =>
        Assert.Equal(outdated, string.Join(' ', Outdated(names.Split(' '))));

    private static IEnumerable<string> Outdated(IEnumerable<string> kind)
    {
        var reports = kind.Select(name => (Name: name, Match: ReportName().Match(name))).ToList();
        string newest = reports.Where(report => !report.Match.Groups["part"].Success).Max(report => report.Match.Groups["date"].Value) ?? "";
        return reports.Where(report => string.CompareOrdinal(report.Match.Groups["date"].Value, newest) < 0).Select(report => report.Name);
    }

    private static IEnumerable<SyntaxNode> Nodes(params string[] files) => Sources.Under("bench/Carousel.Bench")
        .Where(tree => files.Any(file => tree.FilePath.EndsWith(file, StringComparison.Ordinal)))
        .SelectMany(tree => tree.GetRoot().DescendantNodes());

    private static IEnumerable<string> Literals(params string[] files) =>
        Nodes(files).OfType<LiteralExpressionSyntax>().Select(literal => literal.Token.ValueText);

    /// <summary>The names that classes declare.</summary>
    private static IEnumerable<string> Names(string files) =>
        from property in Nodes(files).OfType<PropertyDeclarationSyntax>()
        where property.Identifier.Text == "Name"
        let literal = property.ExpressionBody?.Expression as LiteralExpressionSyntax
        where literal is not null
        select literal.Token.ValueText;

    private static IEnumerable<string> Constants(string file) =>
        from declared in Nodes(file).OfType<FieldDeclarationSyntax>().SelectMany(field => field.Declaration.Variables)
        let literal = declared.Initializer?.Value as LiteralExpressionSyntax
        where literal is not null
        select literal.Token.ValueText;

    /// <summary>The first argument of each <c>new(...)</c>.</summary>
    private static IEnumerable<string> Scenarios(string file) =>
        from made in Nodes(file).OfType<ImplicitObjectCreationExpressionSyntax>()
        let literal = made.ArgumentList.Arguments.FirstOrDefault()?.Expression as LiteralExpressionSyntax
        where literal is not null
        select literal.Token.ValueText;

    [GeneratedRegex("^--[a-z-]+$")]
    private static partial Regex Option();

    /// <summary>KIND-DATE, the machine (ending with its number of cores), and the part for a partial report.</summary>
    [GeneratedRegex(@"^(?<kind>[a-z]+)-(?<date>[0-9]{4}-[0-9]{2}-[0-9]{2})(-[a-z0-9-]*?[0-9]+c)?(-(?<part>[a-z0-9-]+))?\.md$")]
    private static partial Regex ReportName();
}

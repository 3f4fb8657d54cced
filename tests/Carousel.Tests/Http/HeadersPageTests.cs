using System.Text.RegularExpressions;
using Carousel.Core.Telemetry;
using Carousel.Engine.Http;
using Carousel.Fuzz.Targets;
using Carousel.Tests.Walls;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace Carousel.Tests.Http;

/// <summary>
/// docs/HEADERS.md lists every header that the code writes, reads or removes, under the heading that matches the code, and no others.
/// </summary>
public partial class HeadersPageTests
{
    private const string Never = "What servers never get";
    private const string Trusted = "What only a trusted proxy may send";

    /// <summary>The files that write the headers of each section.</summary>
    private static readonly Dictionary<string, string[]> Writers = new()
    {
        ["What servers get"] =
        [
            "src/Carousel.Engine/Http/ForwardingFields.cs", "src/Carousel.Engine/Http/Http1RequestEncoder.cs", "src/Carousel.Engine/Http/FramingLine.cs",
            "src/Carousel.Engine/Sessions/SessionMovedLine.cs",
        ],
        ["What clients get"] =
        [
            "src/Carousel.Engine/Http/ResponseEdits.cs", "src/Carousel.Engine/Http/Http1ResponseEncoder.cs", "src/Carousel.Engine/Http/FramingLine.cs",
            "src/Carousel.Engine/Sessions/SetCookieLines.cs",
        ],
        ["Carousel's own responses"] = ["src/Carousel.Engine/Proxy/LocalResponse.cs"],
        ["Health checks"] = ["src/Carousel.Control/Probes/SocketProbe.cs"],
    };

    private static readonly HeadersPage Page = new();

    /// <summary>The header lines in the string literals of each file that has any.</summary>
    private static readonly Dictionary<string, string[]> Written = new[] { "src/Carousel.Engine", "src/Carousel.Control/Probes" }
        .SelectMany(Sources.Under)
        .Select(tree => (tree.FilePath, Names: Literals(tree).SelectMany(text => Line().Matches(text)).Select(match => match.Groups[1].Value).Distinct().ToArray()))
        .Where(file => file.Names.Length > 0)
        .ToDictionary(file => file.FilePath, file => file.Names);

    public static TheoryData<string> Sections => [.. Writers.Keys];

    [Theory]
    [MemberData(nameof(Sections))]
    public void Section_WrittenHeaders_HasEachLineOfTheCode(string section) =>
        Assert.Equal(Writers[section].SelectMany(file => Written[file]).Distinct().Order(), Page.NamesOf(section).Distinct().Order());

    [Fact]
    public void Writers_FilesWithHeaderLines_AreAllListed() => Assert.Equal(Writers.Values.SelectMany(files => files).Distinct().Order(), Written.Keys.Order());

    [Fact]
    public void Requests_RemovedNames_AreInTheirSections()
    {
        string[] known = [.. FieldNamesTests.Known.Keys.Where(name => name != "Host")];
        string[] never = [.. known.Where(name => !IsPassedOn(name, isTrusted: true))];
        string[] trusted = [.. known.Where(name => IsPassedOn(name, isTrusted: true) && !IsPassedOn(name, isTrusted: false))];

        Assert.Equal(never.Order(), Page.NamesOf(Never).Where(FieldNamesTests.Known.ContainsKey).Order());
        Assert.Equal(trusted.Order(), Page.NamesOf(Trusted).Where(FieldNamesTests.Known.ContainsKey).Order());
    }

    [Fact]
    public void Requests_NamesMatchedByARule_AreInTheirSections()
    {
        Assert.All(Page.NamesOf(Never).Where(IsByRule), name => Assert.Equal(FieldName.Reserved, Match(name)));
        Assert.All(Page.NamesOf(Trusted).Where(IsByRule), name => Assert.Equal(FieldName.OtherForwarding, Match(name)));
        Assert.Empty(ForwardingNames.Listed.Except(Page.NamesOf(Trusted), StringComparer.OrdinalIgnoreCase));
    }

    [Fact]
    public void Responses_RemovedNames_AreInTheirSection()
    {
        IEnumerable<string> removed = FieldNamesTests.Known.Keys.Where(name => !IsPassedBack(name));
        Assert.Equal(removed.Order(), Page.NamesOf("What clients never get").Where(FieldNamesTests.Known.ContainsKey).Order());
    }

    [Fact]
    public void Trailers_DroppedNames_AreInTheirSection()
    {
        // Other forwarding names are dropped as well; the page refers to their section.
        string[] listed = Page.NamesOf("Trailers");
        IEnumerable<string> dropped = FieldNamesTests.Known.Keys.Concat(Trailers()).Where(name => !IsPassedAsTrailer(name));
        Assert.All(dropped, name => Assert.Contains(listed, entry => Covers(entry, name)));
        Assert.All([.. listed, .. ForwardingNames.Listed], name => Assert.False(IsPassedAsTrailer(name), $"{name} is passed on"));
    }

    [Fact]
    public void Page_EveryFieldOfTheCode_IsNamed() => Assert.Empty(Enum.GetValues<FieldName>().Except([.. Page.Names.Select(Match), FieldName.Other]));

    [Fact]
    public void Page_EveryName_IsInTheCode()
    {
        HashSet<string> others = new(Written.Values.SelectMany(names => names).Concat(Trailers()), StringComparer.OrdinalIgnoreCase);
        others.UnionWith(Enum.GetValues<FailureReason>().Select(reason => reason.Describe().Name));

        Assert.All([.. Page.Names, .. Page.Mentioned], name => Assert.True(Match(name) != FieldName.Other || others.Contains(name.TrimEnd('*')), $"{name} is not in the code"));
    }

    /// <summary>Returns true if a server receives the header unchanged.</summary>
    private static bool IsPassedOn(string name, bool isTrusted)
    {
        ParsedRequest request = ParsedRequest.Of(Corpus.Bytes($"GET / HTTP/1.1\r\nHost: h\r\n{Sample(name)}\r\n\r\n"), Heads.Limits);
        Assert.Equal(ParseStatus.Complete, request.Status);
        return Corpus.Text(RequestRewriting.Rewrite(request, RewriteCase.Plain with { TrustClient = isTrusted })).Contains($"\r\n{Sample(name)}", StringComparison.Ordinal);
    }

    /// <summary>Returns true if a client receives the header unchanged.</summary>
    private static bool IsPassedBack(string name)
    {
        ParsedResponse response = ParsedResponse.Of(Corpus.Bytes($"HTTP/1.1 200 OK\r\n{Sample(name)}\r\n\r\n"), RequestMethod.Get, Heads.Limits);
        Assert.Equal(ParseStatus.Complete, response.Status);
        return Corpus.Text(ResponseRewriting.Rewrite(response, ConnectionDirective.None, response.Head.Body)).Contains($"\r\n{Sample(name)}", StringComparison.Ordinal);
    }

    private static bool IsPassedAsTrailer(string name) => TrailerReaderTests.Pass($"{name.Replace("*", "Any")}: x\r\n\r\n") != "\r\n";

    /// <summary>Returns true if an entry of the page, which may end with <c>*</c>, is about this name.</summary>
    private static bool Covers(string entry, string name) =>
        entry.EndsWith('*') ? name.StartsWith(entry[..^1], StringComparison.OrdinalIgnoreCase) : entry.Equals(name, StringComparison.OrdinalIgnoreCase);

    /// <summary>Returns a valid line that the balancer does not write itself.</summary>
    private static string Sample(string name) => name switch
    {
        "Content-Length" => "Content-Length: 0",
        "Transfer-Encoding" => "Transfer-Encoding: chunked",
        "Expect" => "Expect: 100-continue",
        "Forwarded" => "Forwarded: for=192.0.2.9",
        _ => $"{name}: sample",
    };

    private static bool IsByRule(string name) => !FieldNamesTests.Known.ContainsKey(name);

    private static FieldName Match(string name) => FieldNames.Match(Corpus.Bytes(name.Replace("*", "Any")));

    private static string[] Trailers() => [.. Literals(Sources.Under("src/Carousel.Engine/Http").Single(tree => tree.FilePath.EndsWith("/TrailerNames.cs", StringComparison.Ordinal)))];

    private static IEnumerable<string> Literals(SyntaxTree tree) =>
        from token in tree.GetRoot().DescendantTokens()
        where token.Kind() is SyntaxKind.StringLiteralToken or SyntaxKind.Utf8StringLiteralToken or SyntaxKind.InterpolatedStringTextToken
        select token.ValueText;

    /// <summary>The start of a header line. The body of a failure response starts with "carousel: ".</summary>
    [GeneratedRegex("(?:^|\n)(?!carousel)([A-Za-z][A-Za-z0-9-]*): ")]
    private static partial Regex Line();
}

using Carousel.Engine.Http;
using Carousel.Tests.Walls;
using Xunit;

namespace Carousel.Tests.Http;

public class FieldNamesTests
{
    /// <summary>The names known individually.</summary>
    internal static readonly Dictionary<string, FieldName> Known = new()
    {
        ["Connection"] = FieldName.Connection,
        ["Content-Length"] = FieldName.ContentLength,
        ["Date"] = FieldName.Date,
        ["Endpoint-Load-Metrics"] = FieldName.EndpointLoadMetrics,
        ["Expect"] = FieldName.Expect,
        ["Forwarded"] = FieldName.Forwarded,
        ["Host"] = FieldName.Host,
        ["Keep-Alive"] = FieldName.KeepAlive,
        ["Proxy-Authenticate"] = FieldName.ProxyAuthenticate,
        ["Proxy-Authorization"] = FieldName.ProxyAuthorization,
        ["Authorization"] = FieldName.Authorization,
        ["Cookie"] = FieldName.Cookie,
        ["X-Request-Id"] = FieldName.XRequestId,
        ["X-Session-Id"] = FieldName.XSessionId,
        ["X-Session-Moved"] = FieldName.XSessionMoved,
        ["Proxy-Connection"] = FieldName.ProxyConnection,
        ["TE"] = FieldName.Te,
        ["traceparent"] = FieldName.Traceparent,
        ["tracestate"] = FieldName.Tracestate,
        ["Trailer"] = FieldName.Trailer,
        ["Transfer-Encoding"] = FieldName.TransferEncoding,
        ["Upgrade"] = FieldName.Upgrade,
        ["Via"] = FieldName.Via,
        ["X-Carousel-Capacity"] = FieldName.XCarouselCapacity,
        ["X-Carousel-Load"] = FieldName.XCarouselLoad,
        ["X-Forwarded-For"] = FieldName.XForwardedFor,
        ["X-Forwarded-Host"] = FieldName.XForwardedHost,
        ["X-Forwarded-Proto"] = FieldName.XForwardedProto,
    };

    private static readonly byte[] Tokens = [.. Enumerable.Range(0, 256).Select(value => (byte)value).Where(value => Scan.IsAll<TokenBytes>([value]))];

    [Fact]
    public void Match_AnyCase_FindsEveryName()
    {
        FieldName[] grouped = [FieldName.Other, FieldName.OtherForwarding, FieldName.Reserved];
        Assert.Equal(Enum.GetValues<FieldName>().Except(grouped).Order(), Known.Values.Order());
        foreach ((string name, FieldName expected) in Known)
        {
            Assert.Equal(expected, Match(name));
            Assert.Equal(expected, Match(name.ToLowerInvariant()));
            Assert.Equal(expected, Match(name.ToUpperInvariant()));
        }
    }

    [Fact]
    public void Match_OneByteReplaced_FollowsTheSpelling()
    {
        Assert.Equal(77, Tokens.Length);
        foreach (string name in (string[])[.. Known.Keys, .. ForwardingNames.Listed, "X-Forwarded", "X-Forwarded-Port", "X-Carousel-Any", "HTTP-Client-IP"])
        {
            for (int at = 0; at < name.Length; at++)
            {
                foreach (byte token in Tokens)
                {
                    AssertMatches(string.Concat(name.AsSpan(0, at), $"{(char)token}", name.AsSpan(at + 1)));
                }
            }
        }
    }

    [Fact]
    public void Match_OtherLengths_FollowsTheSpelling()
    {
        foreach (string name in (string[])[.. Known.Keys, .. ForwardingNames.Listed, "X-Forwarded", "X-Forwarded-Port", "X-Carousel-"])
        {
            foreach (string other in (string[])[name + "x", name + "-x", name + "_", name + new string('y', 100), name + new string('_', 100), "x" + name, name[1..], name[..^1]])
            {
                AssertMatches(other);
            }
        }
    }

    [Theory]
    [InlineData("X-Forwarded-Port", nameof(FieldName.OtherForwarding))]
    [InlineData("x-forwarded-", nameof(FieldName.OtherForwarding))]
    [InlineData("X-FORWARDED", nameof(FieldName.OtherForwarding))]
    [InlineData("X-Real-IP", nameof(FieldName.OtherForwarding))]
    [InlineData("Proxy", nameof(FieldName.OtherForwarding))]
    [InlineData("X_Forwarded_For", nameof(FieldName.Reserved))]
    [InlineData("x-forwarded_for", nameof(FieldName.Reserved))]
    [InlineData("X.Forwarded.Proto", nameof(FieldName.Reserved))]
    [InlineData("X-Forwarded-Some_Thing", nameof(FieldName.Reserved))]
    [InlineData("X_Session_Id", nameof(FieldName.Reserved))]
    [InlineData("X_Session-Moved", nameof(FieldName.Reserved))]
    [InlineData("X_Request_Id", nameof(FieldName.Reserved))]
    [InlineData("X-Carousel-Reason", nameof(FieldName.Reserved))]
    [InlineData("X_Carousel_Load", nameof(FieldName.Reserved))]
    [InlineData("Content_Length", nameof(FieldName.Reserved))]
    [InlineData("Transfer+Encoding", nameof(FieldName.Reserved))]
    [InlineData("HTTP_X_FORWARDED_FOR", nameof(FieldName.Reserved))]
    [InlineData("HTTP_CLIENT_IP", nameof(FieldName.Reserved))]
    [InlineData("X-Forwardedly", nameof(FieldName.Other))]
    [InlineData("X_Tenant_Id", nameof(FieldName.Other))]
    [InlineData("X-Session-Token", nameof(FieldName.Other))]
    [InlineData("HTTP2-Settings", nameof(FieldName.Other))]
    [InlineData("Content-Type", nameof(FieldName.Other))]
    [InlineData("Proxys", nameof(FieldName.Other))]
    public void Match_ForwardingAndReservedNames_AreRecognised(string name, string expected) => Assert.Equal(expected, Match(name).ToString());

    [Fact]
    public void Listed_AllNames_AreInTheDecision()
    {
        string text = File.ReadAllText(Path.Combine(Sources.Root, "docs/decisions/0006-forwarded-fields.md"));
        Assert.Equal(ForwardingNames.Listed.Distinct(), ForwardingNames.Listed);
        Assert.All(ForwardingNames.Listed, name => Assert.Contains($"`{name}`", text, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Checks that the table of first letters covers every listed name and has no other letters.</summary>
    [Fact]
    public void MayBeListed_EveryLengthAndFirstLetter_AgreesWithTheLists()
    {
        string[] listed = [.. ForwardingNames.Listed, .. ForwardingNames.KnownWithDash];
        for (int length = 1; length < 40; length++)
        {
            for (char letter = 'a'; letter <= 'z'; letter++)
            {
                bool isListed = Array.Exists(listed, name => name.Length == length && name[0] == letter);
                bool isPrefix = length > 1 && letter is ('x' or 'h');
                byte[] name = Corpus.Bytes(new string(letter, length));
                Assert.True((isListed || isPrefix) == ForwardingNames.MayBeListed(ref name[0], length), $"{letter}, {length} bytes");
            }
        }
    }

    private static FieldName Match(string name) => FieldNames.Match(Corpus.Bytes(name));

    private static void AssertMatches(string name) => Assert.True(Expected(name) == Match(name), $"{name}: {Match(name)} instead of {Expected(name)}");

    /// <summary>The expected field of a name, computed in the simplest way.</summary>
    private static FieldName Expected(string name)
    {
        string lower = name.ToLowerInvariant();
        if (Known.FirstOrDefault(known => known.Key.ToLowerInvariant() == lower) is { Key: not null } exact)
        {
            return exact.Value;
        }
        string folded = string.Concat(lower.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-'));
        bool isForwarding = IsForwarding(folded);
        return folded.StartsWith("x-carousel-", StringComparison.Ordinal) ? FieldName.Reserved
            : isForwarding ? (folded == lower ? FieldName.OtherForwarding : FieldName.Reserved)
            : folded != lower && Known.Keys.Any(known => known.ToLowerInvariant() == folded) ? FieldName.Reserved
            : folded.StartsWith("http-", StringComparison.Ordinal) && (folded == "http-forwarded" || IsForwarding(folded[5..])) ? FieldName.Reserved
            : FieldName.Other;
    }

    private static bool IsForwarding(string folded) =>
        folded == "x-forwarded" || folded.StartsWith("x-forwarded-", StringComparison.Ordinal) || ForwardingNames.Listed.Contains(folded);
}

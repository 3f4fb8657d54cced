using System.Net;
using Carousel.Core.Net;
using Carousel.Engine.Http;

namespace Carousel.Fuzz.Targets;

/// <summary>A rewritten head is a valid head with the same meaning.</summary>
internal static class RewriteFuzz
{
    public static void Check(ReadOnlySpan<byte> input)
    {
        ParsedRequest request = ParsedRequest.Of(input, Heads.Limits);
        if (request.Status == ParseStatus.Complete)
        {
            foreach (RewriteCase rewrite in RewriteCase.All)
            {
                RequestRewriting.Check(request, rewrite);
            }
        }
        ParsedResponse response = ParsedResponse.Of(input, RequestMethod.Get, Heads.Limits);
        if (response.Status == ParseStatus.Complete)
        {
            ResponseRewriting.CheckAll(response);
        }
    }
}

/// <summary>One way to fill a <see cref="ForwardingInfo"/>, including the maximum lengths.</summary>
internal sealed record RewriteCase(string Address, string Scheme, bool TrustClient, bool SendForwarded, string FallbackHost)
{
    /// <summary>The balancer's address, as servers see it.</summary>
    public static readonly ClientAddress Us = ClientAddress.From([192, 0, 2, 254]);

    /// <summary>The balancer and the proxies in front of it: all peers of the cases.</summary>
    public static readonly AddressSet Trusted = new(
        [IPNetwork.Parse("192.0.2.0/24"), IPNetwork.Parse("255.255.255.255/32"), IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("2001:db8::/64")]);

    private static readonly string Id = new('f', 32);

    private static readonly string Trace = $"00-{Id}-{Id[..16]}-01";

    private static readonly string LongestHost = new string('h', 255) + ":65535";

    public static readonly RewriteCase Plain = new("192.0.2.7", "http", TrustClient: false, SendForwarded: false, "backend:8000");

    /// <summary>Empty if there is none.</summary>
    public string SessionId { get; init; } = "";

    /// <summary>Empty to pass the client's on.</summary>
    public string RequestId { get; init; } = "";

    /// <summary>Empty to pass the client's on.</summary>
    public string TraceParent { get; init; } = "";

    public bool DropsTraceState { get; init; }

    /// <summary>Empty if none is hidden.</summary>
    public string HiddenCookie { get; init; } = "";

    public static IReadOnlyList<RewriteCase> All { get; } =
    [
        Plain,
        Plain with { TrustClient = true, SessionId = Id },
        Plain with { SessionId = Id, HiddenCookie = "LB", RequestId = "0123456789abcdef", TraceParent = Trace },
        new("0000:0000:0000:0000:0000:ffff:255.255.255.255", "https", TrustClient: false, SendForwarded: true, LongestHost)
        {
            SessionId = Id,
            RequestId = Id + Id,
            TraceParent = Trace,
            DropsTraceState = true,
        },
        new("0000:0000:0000:0000:0000:ffff:255.255.255.255", "https", TrustClient: true, SendForwarded: true, LongestHost) { HiddenCookie = "a" },
    ];
}

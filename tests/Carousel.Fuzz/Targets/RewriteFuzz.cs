using Carousel.Engine.Http;

namespace Carousel.Fuzz.Targets;

/// <summary>A rewritten head is a head again, and means what the original meant.</summary>
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

/// <summary>One way to fill a <see cref="ForwardingInfo"/>, the bounds' corners among them.</summary>
internal sealed record RewriteCase(string Address, string Scheme, bool TrustClient, bool SendForwarded, string FallbackHost)
{
    private static readonly string LongestHost = new string('h', 255) + ":65535";

    public static readonly RewriteCase Plain = new("192.0.2.7", "http", TrustClient: false, SendForwarded: false, "backend:8000");

    public static IReadOnlyList<RewriteCase> All { get; } =
    [
        Plain,
        Plain with { TrustClient = true },
        new("0000:0000:0000:0000:0000:ffff:255.255.255.255", "https", TrustClient: false, SendForwarded: true, LongestHost),
        new("0000:0000:0000:0000:0000:ffff:255.255.255.255", "https", TrustClient: true, SendForwarded: true, LongestHost),
    ];
}

using Carousel.Core.Net;
using Carousel.Core.Telemetry;
using Carousel.Engine.Http;
using Carousel.Tests.Harness;
using Xunit;

namespace Carousel.Tests.Http;

public class AllocationTests
{
    private const int Rounds = 1000;

    private readonly RequestHead _request = new(maxFields: 100);
    private readonly ResponseHead _response = new(maxFields: 100);
    private readonly TrailerReader _trailers = new(100);
    private readonly byte[] _output = new byte[20_000];

    [Fact]
    public void ParseAndRewrite_WholeCorpus_AllocatesNothing()
    {
        byte[][] requests = [.. Corpus.Requests.Values], responses = [.. Corpus.Responses.Values], bodies = [.. Corpus.Chunked.Values];
        int length = 0;
        Assert.Equal(0, WarmAllocation.Least(Rounds, () => length += Run(requests, responses, bodies)));
        Assert.NotEqual(0, length);
    }

    private static readonly AddressSet Trusted = new([System.Net.IPNetwork.Parse("::1/128")]);

    private readonly byte[] _text = new byte[ForwardingInfo.MaxAddress];

    private int Run(byte[][] requests, byte[][] responses, byte[][] bodies)
    {
        var limits = new HeadLimits(16 * 1024, 100);
        int length = 0;
        foreach (byte[] head in requests)
        {
            RequestParser.Parse(head, limits, _request, out FailureReason _);
            var info = new ForwardingInfo(new ClientAddress(1), "::1"u8, isHttps: false) { TrustClient = true, SendForwarded = true, FallbackHost = "b"u8 };
            info.Believe(_request, Trusted, _text);
            RequestEdits.Apply(_request, info);
            length += Http1RequestEncoder.Encode(_request, _output);
        }
        foreach (byte[] head in responses)
        {
            ResponseParser.Parse(head, RequestMethod.Get, limits, _response, out FailureReason _);
            ResponseEdits.Apply(_response, "date"u8, "id"u8);
            length += Http1ResponseEncoder.Encode(_response, ConnectionDirective.Close, _response.Body, _output);
        }
        foreach (byte[] body in bodies)
        {
            var decoder = default(ChunkDecoder);
            decoder.Skip(body, out int consumed);
            length += consumed;
            if (decoder.HasTrailers)
            {
                _trailers.Read(body.AsSpan(consumed), dropsAll: false);
                length += Http1Encoder.EncodeTrailers(_trailers.Head, _output);
            }
        }
        return length;
    }
}

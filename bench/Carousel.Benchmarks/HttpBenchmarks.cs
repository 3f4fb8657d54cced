using System.Text;
using BenchmarkDotNet.Attributes;
using Carousel.Core.Net;
using Carousel.Core.Telemetry;
using Carousel.Engine.Http;

namespace Carousel.Benchmarks;

/// <summary>Parsing and encoding of heads, and decoding of chunks: the cost of a request without system calls.</summary>
[MemoryDiagnoser]
public class HttpBenchmarks
{
    private static readonly HeadLimits Limits = new(48 * 1024, 200);

    private readonly RequestHead _request = new(Limits.MaxFields);
    private readonly ResponseHead _response = new(Limits.MaxFields);
    private readonly byte[] _output = new byte[64 * 1024];
    private readonly byte[] _date = "Mon, 23 Nov 2026 16:20:00 GMT"u8.ToArray();
    private readonly byte[] _address = "192.0.2.77"u8.ToArray();
    private readonly byte[] _host = "10.0.0.1:8000"u8.ToArray();
    private readonly byte[] _chunked = Chunks(count: 64, size: 1000);

    private static readonly byte[] Wrk = Head("GET / HTTP/1.1", "Host: localhost:7777");

    private static readonly byte[] Browser = Head(
        "GET /articles/2026/11?ref=front HTTP/1.1",
        "Host: www.example.org",
        "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        "Accept-Language: en-US,en;q=0.5",
        "Accept-Encoding: gzip, deflate, br, zstd",
        "Connection: keep-alive",
        "Cookie: theme=dark",
        "Upgrade-Insecure-Requests: 1",
        "Sec-Fetch-Mode: navigate",
        "Cache-Control: max-age=0");

    private static readonly byte[] Large = Head(
        "GET / HTTP/1.1",
        ["Host: localhost", .. Enumerable.Range(0, 90).Select(i => $"X-Some-Field-{i}: {new string('v', 160)}")]);

    private static readonly byte[] Response = Head(
        "HTTP/1.1 200 OK", "Server: kestrel", "Date: Mon, 23 Nov 2026 16:20:00 GMT", "Content-Type: text/plain", "Content-Length: 64");

    [Benchmark]
    public int ParseWrkRequest() => (int)RequestParser.Parse(Wrk, Limits, _request, out FailureReason _);

    [Benchmark]
    public int ParseBrowserRequest() => (int)RequestParser.Parse(Browser, Limits, _request, out FailureReason _);

    [Benchmark]
    public int ParseLargeRequest() => (int)RequestParser.Parse(Large, Limits, _request, out FailureReason _);

    [Benchmark]
    public int ParseAndEncodeWrkRequest() => Encode(Wrk);

    [Benchmark]
    public int ParseAndEncodeBrowserRequest() => Encode(Browser);

    [Benchmark]
    public int ParseResponse() => (int)ResponseParser.Parse(Response, RequestMethod.Get, Limits, _response, out FailureReason _);

    [Benchmark]
    public int ParseAndEncodeResponse()
    {
        ResponseParser.Parse(Response, RequestMethod.Get, Limits, _response, out FailureReason _);
        ResponseEdits.Apply(_response, _date, "0123456789abcdef"u8);
        return Http1ResponseEncoder.Encode(_response, ConnectionDirective.None, _response.Body, _output);
    }

    [Benchmark]
    public int DecodeChunks64Of1000Bytes()
    {
        var decoder = default(ChunkDecoder);
        return (int)decoder.Skip(_chunked, out _);
    }

    private int Encode(byte[] head)
    {
        RequestParser.Parse(head, Limits, _request, out FailureReason _);
        RequestEdits.Apply(_request, Forwarding());
        return Http1RequestEncoder.Encode(_request, _output);
    }

    private ForwardingInfo Forwarding() => new(ClientAddress.FromInet4(0xc000024d), _address, isHttps: false) { FallbackHost = _host };

    private static byte[] Head(string line, params string[] fields) =>
        Encoding.Latin1.GetBytes(line + "\r\n" + string.Concat(fields.Select(field => field + "\r\n")) + "\r\n");

    private static byte[] Chunks(int count, int size) =>
        Encoding.Latin1.GetBytes(string.Concat(Enumerable.Repeat($"{size:x}\r\n{new string('d', size)}\r\n", count)) + "0\r\n\r\n");
}

using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core.Internal.Http;

namespace Carousel.Tests.Http;

/// <summary>A head as parsed by Kestrel's own parser; <see cref="Parse"/> returns null if it refuses or needs more.</summary>
internal sealed class KestrelRequest : IHttpRequestLineHandler, IHttpHeadersHandler
{
    public string Method { get; private set; } = "";

    public string Target { get; private set; } = "";

    public bool IsHttp10 { get; private set; }

    public List<(string Name, string Value)> Fields { get; } = [];

    public static KestrelRequest? Parse(byte[] head)
    {
        var request = new KestrelRequest();
        var parser = new HttpParser<KestrelRequest>();
        var reader = new SequenceReader<byte>(new ReadOnlySequence<byte>(head));
        try
        {
            return parser.ParseRequestLine(request, ref reader) && parser.ParseHeaders(request, ref reader) ? request : null;
        }
        catch (BadHttpRequestException)
        {
            return null;
        }
    }

    public void OnStartLine(HttpVersionAndMethod versionAndMethod, TargetOffsetPathLength targetPath, Span<byte> startLine)
    {
        Method = Encoding.Latin1.GetString(startLine[..versionAndMethod.MethodEnd]);
        // The start line ends with the target here: the version was already read.
        Target = Encoding.Latin1.GetString(startLine[targetPath.Offset..]);
        IsHttp10 = versionAndMethod.Version == HttpVersion.Http10;
    }

    public void OnHeader(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) =>
        Fields.Add((Encoding.Latin1.GetString(name), Encoding.Latin1.GetString(value)));

    public void OnHeadersComplete(bool endStream)
    {
    }

    public void OnStaticIndexedHeader(int index) => throw new NotSupportedException("HTTP/2 only");

    public void OnStaticIndexedHeader(int index, ReadOnlySpan<byte> value) => throw new NotSupportedException("HTTP/2 only");
}

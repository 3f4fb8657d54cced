using Carousel.Engine.Http;
using Xunit;

namespace Carousel.Tests.Http;

public class FieldNamesTests
{
    private static readonly Dictionary<string, FieldName> Known = new()
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

    [Fact]
    public void Match_AnyCase_FindsEveryName()
    {
        Assert.Equal(Enum.GetValues<FieldName>().Where(name => name != FieldName.Other).Order(), Known.Values.Order());
        foreach ((string name, FieldName expected) in Known)
        {
            Assert.Equal(expected, FieldNames.Match(Corpus.Bytes(name)));
            Assert.Equal(expected, FieldNames.Match(Corpus.Bytes(name.ToLowerInvariant())));
            Assert.Equal(expected, FieldNames.Match(Corpus.Bytes(name.ToUpperInvariant())));
        }
    }

    [Fact]
    public void Match_OneOtherTokenByte_IsOther()
    {
        byte[] tokens = [.. Enumerable.Range(0, 256).Select(value => (byte)value).Where(value => Scan.IsAll<TokenBytes>([value]))];
        Assert.Equal(77, tokens.Length);
        foreach (string name in Known.Keys)
        {
            for (int at = 0; at < name.Length; at++)
            {
                foreach (byte token in tokens.Where(token => char.ToLowerInvariant((char)token) != char.ToLowerInvariant(name[at])))
                {
                    byte[] bytes = Corpus.Bytes(name);
                    bytes[at] = token;
                    Assert.Equal(FieldName.Other, FieldNames.Match(bytes));
                }
            }
        }
    }

    [Fact]
    public void Match_OtherLengths_IsOther()
    {
        foreach (string name in Known.Keys)
        {
            Assert.Equal(FieldName.Other, FieldNames.Match(Corpus.Bytes(name + "x")));
            Assert.Equal(FieldName.Other, FieldNames.Match(Corpus.Bytes("x" + name)));
            Assert.Equal(FieldName.Other, FieldNames.Match(Corpus.Bytes(name[1..])));
            Assert.Equal(FieldName.Other, FieldNames.Match(Corpus.Bytes(name[..^1])));
        }
    }
}

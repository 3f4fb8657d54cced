using Carousel.Engine.Reactor;

namespace Carousel.Engine.Proxy;

/// <summary>The current time in Date format (RFC 9110 section 5.6.7), formatted once a second.</summary>
internal sealed class HttpDate(EventLoop loop)
{
    private const int Length = 29;

    private readonly byte[] _text = new byte[Length];
    private long _second = -1;

    public ReadOnlySpan<byte> Now
    {
        get
        {
            long second = loop.UnixSeconds;
            if (second != _second)
            {
                _second = second;
                DateTimeOffset.FromUnixTimeSeconds(second).TryFormat(_text, out _, "R");
            }
            return _text;
        }
    }
}

using Carousel.Core.Telemetry;
using Carousel.Engine.Http;

namespace Carousel.Engine.Proxy;

/// <summary>Writes a request's record with what it quotes of the head.</summary>
internal static class RequestTexts
{
    /// <summary>Maximum lengths of what is quoted of the fields that only records use.</summary>
    private const int MaxHost = 256, MaxUserAgent = 512, MaxReferer = 1024;

    /// <summary>Writes the record.</summary>
    /// <param name="ring">Where to.</param>
    /// <param name="record">The fixed-size part.</param>
    /// <param name="head">The request's head; one that is not complete is not quoted.</param>
    /// <param name="givenId">The client's request id; empty if there is no valid one.</param>
    /// <param name="options">What is quoted.</param>
    public static void Write(RecordRing ring, ref RequestRecord record, RequestHead head, Slice givenId, TrafficOptions options)
    {
        Span<Slice> texts = stackalloc Slice[TextLengths.Count];
        if (head.Length > 0)
        {
            texts[(int)RecordText.Method] = head.MethodToken;
            texts[(int)RecordText.Target] = head.Target.First(options.MaxTarget);
            texts[(int)RecordText.GivenId] = givenId;
            if (options.WithFields)
            {
                texts[(int)RecordText.Host] = head.Authority.First(MaxHost);
                texts[(int)RecordText.UserAgent] = head.ValueOf("user-agent"u8).First(MaxUserAgent);
                texts[(int)RecordText.Referer] = head.ValueOf("referer"u8).First(MaxReferer);
            }
        }
        TextLengths lengths = default;
        for (int i = 0; i < texts.Length; i++)
        {
            lengths[i] = texts[i].Length;
        }
        Span<byte> to = ring.Begin(ref record, lengths);
        if (!to.IsEmpty)
        {
            foreach (Slice text in texts)
            {
                text.Of(head.Bytes).CopyTo(to);
                to = to[text.Length..];
            }
        }
        ring.End();
    }
}

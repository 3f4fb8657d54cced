using System.Text;

namespace Carousel.Engine.Sessions;

/// <summary>What a proxy that we trust says of the way its client came, in X-Forwarded-Proto or in Forwarded (RFC 7239 section 5.4).</summary>
internal static class ForwardedProto
{
    /// <summary>True if the first of a list is https: the client's own hop.</summary>
    public static bool IsFirstHttps(ReadOnlySpan<byte> list)
    {
        int end = list.IndexOf((byte)',');
        return Ascii.EqualsIgnoreCase((end < 0 ? list : list[..end]).Trim(" \t"u8), "https"u8);
    }

    /// <summary>True if the first hop, which is the client's own, was by TLS.</summary>
    public static bool IsHttps(ReadOnlySpan<byte> forwarded)
    {
        int end = forwarded.IndexOf((byte)',');
        ReadOnlySpan<byte> first = end < 0 ? forwarded : forwarded[..end];
        while (!first.IsEmpty)
        {
            end = first.IndexOf((byte)';');
            ReadOnlySpan<byte> pair = (end < 0 ? first : first[..end]).Trim(" \t"u8);
            if (Ascii.EqualsIgnoreCase(pair, "proto=https"u8) || Ascii.EqualsIgnoreCase(pair, "proto=\"https\""u8))
            {
                return true;
            }
            first = end < 0 ? default : first[(end + 1)..];
        }
        return false;
    }
}

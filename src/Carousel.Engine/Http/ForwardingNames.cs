using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Carousel.Engine.Http;

/// <summary>
/// Names that servers believe, beside those that <see cref="FieldNames"/> knows one by one: what they say of the client's address, of the way it came and
/// of what it asked for is true only if a proxy that we trust said it (docs/decisions/0006-forwarded-fields.md has where each comes from).
/// </summary>
/// <remarks>
/// CGI, WSGI, Rack and PHP read <c>-</c> and <c>_</c> alike, and lighttpd every byte of a name that is neither letter nor digit, so that
/// <c>X_Forwarded_For</c> and <c>X.Forwarded.For</c> may arrive as X-Forwarded-For. Who reads <c>getHeader("HTTP_CLIENT_IP")</c> takes the variable's name
/// for the field's.
/// </remarks>
internal static class ForwardingNames
{
    /// <summary>No listed name is longer.</summary>
    private const int MaxBytes = 32;

    /// <summary>All but those that begin with X-Forwarded, in lower case.</summary>
    public static readonly string[] Listed =
    [
        // Who the client is.
        "cf-connecting-ip", "cf-connecting-ipv6", "cf-pseudo-ipv4", "client-cert", "client-cert-chain", "client-ip", "fastly-client-ip", "fly-client-ip",
        "forwarded-for", "proxy-client-ip", "true-client-ip", "wl-proxy-client-ip", "x-appengine-user-ip", "x-azure-clientip", "x-azure-socketip",
        "x-client-ip", "x-cluster-client-ip", "x-envoy-external-address", "x-original-for", "x-original-forwarded-for", "x-originating-ip",
        "x-proxyuser-ip", "x-real-ip", "x-remote-addr", "x-remote-ip",
        // How it came.
        "cf-visitor", "cloudfront-forwarded-proto", "fastly-ssl", "front-end-https", "wl-proxy-ssl", "x-arr-ssl", "x-original-proto", "x-scheme",
        "x-url-scheme",
        // What it asked for.
        "x-envoy-original-path", "x-host", "x-original-host", "x-original-method", "x-original-prefix", "x-original-uri", "x-original-url",
        "x-rewrite-url", "x-script-name",
        // CGI makes HTTP_PROXY of it, which programs take for the proxy that they should use: httpoxy, CVE-2016-5385 and others.
        "proxy",
    ];

    /// <summary>Of the names that <see cref="FieldNames"/> knows one by one, those that have another spelling; but for X-.</summary>
    public static readonly string[] KnownWithDash =
    [
        "content-length", "endpoint-load-metrics", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "transfer-encoding",
    ];

    private static readonly SearchValues<byte> LettersDigitsDash = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-"u8);

    /// <summary>The listed names that have so many bytes.</summary>
    private static readonly byte[][][] ByLength = SortByLength();

    /// <summary>
    /// By a name's length, the last for all that are longer: a bit for the low five bits of each byte that a name may begin with for <see cref="Match"/> to find it.
    /// The suite works it out from the lists; as constants it is read without asking whether it was made.
    /// </summary>
    private static ReadOnlySpan<uint> FirstLetters =>
    [
        0x0000000, 0x0000000, 0x1000100, 0x1000100, 0x1000100, 0x1010100, 0x1000100, 0x1000100, 0x1000100, 0x1000108,
        0x1000948, 0x1000108, 0x1800100, 0x1000140, 0x1100108, 0x1010140, 0x1010148, 0x1100108, 0x1810108, 0x1010100,
        0x1000100, 0x1000120, 0x1000100, 0x1000100, 0x1000100, 0x1000100, 0x1000108, 0x1000100, 0x1000100, 0x1000100,
        0x1000100, 0x1000100, 0x1000100, 0x1000100,
    ];

    /// <summary>
    /// False if <see cref="Match"/> would find nothing, by the name's length and its first byte: so for what nearly every message has (Content-Type, Server, ETag), which
    /// must cost next to nothing.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool MayBeListed(ref byte name, int length) => ((FirstLetters[Math.Min(length, MaxBytes + 1)] >> (name & 31)) & 1) != 0;

    /// <summary>
    /// Whether a name that is not known exactly is <see cref="FieldName.OtherForwarding"/> or <see cref="FieldName.Reserved"/>; other if it is neither.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static FieldName Match(ref byte name, int length)
    {
        ReadOnlySpan<byte> written = MemoryMarshal.CreateReadOnlySpan(ref name, length);
        bool isAsWritten = !written.ContainsAnyExcept(LettersDigitsDash);
        Span<byte> buffer = stackalloc byte[MaxBytes];
        Fold(written[..Math.Min(length, MaxBytes)], buffer);
        ReadOnlySpan<byte> folded = buffer[..Math.Min(length, MaxBytes)];
        if (folded.StartsWith("x-carousel-"u8))
        {
            return FieldName.Reserved;
        }
        if (IsListed(folded, length))
        {
            return isAsWritten ? FieldName.OtherForwarding : FieldName.Reserved;
        }
        return IsTakenForKnown(folded, length, isAsWritten) || IsVariable(folded, length) ? FieldName.Reserved : FieldName.Other;
    }

    /// <summary>The byte as those read it who take all but letters and digits for the same, in lower case.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte Fold(byte value)
    {
        byte lower = (byte)(value | 0x20);
        return (uint)(lower - 'a') <= 'z' - 'a' ? lower
            : (uint)(value - '0') <= '9' - '0' ? value
            : (byte)'-';
    }

    private static void Fold(ReadOnlySpan<byte> name, Span<byte> to)
    {
        for (int i = 0; i < name.Length; i++)
        {
            to[i] = Fold(name[i]);
        }
    }

    private static bool IsListed(ReadOnlySpan<byte> folded, int length)
    {
        // X-Forwarded-Port, -Prefix, -Scheme, -Server, -Ssl, -Uri, and what somebody comes to believe next.
        ReadOnlySpan<byte> prefix = "x-forwarded"u8;
        if (folded.StartsWith(prefix) && (length == prefix.Length || folded[prefix.Length] == (byte)'-'))
        {
            return true;
        }
        foreach (byte[] listed in ByLength[folded.Length])
        {
            if (folded.SequenceEqual(listed))
            {
                return length == folded.Length;
            }
        }
        return false;
    }

    /// <summary>Another spelling of a name that the balancer itself reads or writes.</summary>
    private static bool IsTakenForKnown(ReadOnlySpan<byte> folded, int length, bool isAsWritten) =>
        !isAsWritten && length == folded.Length && FieldNames.MatchExact(ref MemoryMarshal.GetReference(folded), length) != FieldName.Other;

    /// <summary>The CGI variable of a forwarding field, as a field.</summary>
    private static bool IsVariable(ReadOnlySpan<byte> folded, int length)
    {
        if (!folded.StartsWith("http-"u8))
        {
            return false;
        }
        ReadOnlySpan<byte> field = folded["http-"u8.Length..];
        return IsListed(field, length - "http-"u8.Length) || field.SequenceEqual("forwarded"u8);
    }

    private static byte[][][] SortByLength()
    {
        var sorted = new byte[MaxBytes + 1][][];
        for (int length = 0; length <= MaxBytes; length++)
        {
            sorted[length] = Array.ConvertAll(Array.FindAll(Listed, name => name.Length == length), Encoding.ASCII.GetBytes);
        }
        return sorted;
    }
}

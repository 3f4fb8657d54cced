using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Carousel.Engine.Http;

/// <summary>
/// Field names that servers trust, in addition to those that <see cref="FieldNames"/> knows individually. Their values, about the client's
/// address, its route and its request, are true only if a trusted proxy wrote them (docs/decisions/0006-forwarded-fields.md lists the
/// origin of each).
/// </summary>
/// <remarks>
/// CGI, WSGI, Rack and PHP treat <c>-</c> and <c>_</c> alike, and lighttpd every byte of a name that is neither letter nor digit. So
/// <c>X_Forwarded_For</c> and <c>X.Forwarded.For</c> may be read as X-Forwarded-For. Applications that call
/// <c>getHeader("HTTP_CLIENT_IP")</c> use the variable's name as the field's name.
/// </remarks>
internal static class ForwardingNames
{
    /// <summary>Length of the longest listed name.</summary>
    private const int MaxBytes = 32;

    /// <summary>All names except those that start with X-Forwarded, in lower case.</summary>
    public static readonly string[] Listed =
    [
        // The client.
        "cf-connecting-ip", "cf-connecting-ipv6", "cf-pseudo-ipv4", "client-cert", "client-cert-chain", "client-ip", "fastly-client-ip", "fly-client-ip",
        "forwarded-for", "proxy-client-ip", "true-client-ip", "wl-proxy-client-ip", "x-appengine-user-ip", "x-azure-clientip", "x-azure-socketip",
        "x-client-ip", "x-cluster-client-ip", "x-envoy-external-address", "x-original-for", "x-original-forwarded-for", "x-originating-ip",
        "x-proxyuser-ip", "x-real-ip", "x-remote-addr", "x-remote-ip",
        // Its route.
        "cf-visitor", "cloudfront-forwarded-proto", "fastly-ssl", "front-end-https", "wl-proxy-ssl", "x-arr-ssl", "x-original-proto", "x-scheme",
        "x-url-scheme",
        // Its request.
        "x-envoy-original-path", "x-host", "x-original-host", "x-original-method", "x-original-prefix", "x-original-uri", "x-original-url",
        "x-rewrite-url", "x-script-name",
        // CGI turns it into HTTP_PROXY, which programs use as their outgoing proxy: httpoxy, CVE-2016-5385 and others.
        "proxy",
    ];

    /// <summary>
    /// Names that <see cref="FieldNames"/> knows individually and that have another spelling, except those that start with X-.
    /// </summary>
    public static readonly string[] KnownWithDash =
    [
        "content-length", "endpoint-load-metrics", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "transfer-encoding",
    ];

    private static readonly SearchValues<byte> LettersDigitsDash = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-"u8);

    /// <summary>The listed names by length.</summary>
    private static readonly byte[][][] ByLength = SortByLength();

    /// <summary>
    /// By name length (the last entry for all longer names): a bit for the low five bits of each first byte of a name that
    /// <see cref="Match"/> can find. A test computes the table from the lists. As constants it needs no check for static initialization.
    /// </summary>
    private static ReadOnlySpan<uint> FirstLetters =>
    [
        0x0000000, 0x0000000, 0x1000100, 0x1000100, 0x1000100, 0x1010100, 0x1000100, 0x1000100, 0x1000100, 0x1000108,
        0x1000948, 0x1000108, 0x1800100, 0x1000140, 0x1100108, 0x1010140, 0x1010148, 0x1100108, 0x1810108, 0x1010100,
        0x1000100, 0x1000120, 0x1000100, 0x1000100, 0x1000100, 0x1000100, 0x1000108, 0x1000100, 0x1000100, 0x1000100,
        0x1000100, 0x1000100, 0x1000100, 0x1000100,
    ];

    /// <summary>
    /// Returns false, from the name's length and first byte, if <see cref="Match"/> would find nothing. This must be cheap for fields that
    /// nearly every message has (Content-Type, Server, ETag).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool MayBeListed(ref byte name, int length) => ((FirstLetters[Math.Min(length, MaxBytes + 1)] >> (name & 31)) & 1) != 0;

    /// <summary>
    /// Returns whether a name without an exact match is <see cref="FieldName.OtherForwarding"/> or <see cref="FieldName.Reserved"/>;
    /// otherwise <see cref="FieldName.Other"/>.
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

    /// <summary>Folds a name as servers do that treat all bytes except letters and digits alike; letters become lower case.</summary>
    public static void Fold(ReadOnlySpan<byte> name, Span<byte> to)
    {
        for (int i = 0; i < name.Length; i++)
        {
            to[i] = Fold(name[i]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte Fold(byte value)
    {
        byte lower = (byte)(value | 0x20);
        return (uint)(lower - 'a') <= 'z' - 'a' ? lower
            : (uint)(value - '0') <= '9' - '0' ? value
            : (byte)'-';
    }

    private static bool IsListed(ReadOnlySpan<byte> folded, int length)
    {
        // X-Forwarded-Port, -Prefix, -Scheme, -Server, -Ssl, -Uri, and future ones.
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

    /// <summary>Returns true for another spelling of a name that the balancer reads or writes.</summary>
    private static bool IsTakenForKnown(ReadOnlySpan<byte> folded, int length, bool isAsWritten) =>
        !isAsWritten && length == folded.Length && FieldNames.MatchExact(ref MemoryMarshal.GetReference(folded), length) != FieldName.Other;

    /// <summary>Returns true for the CGI variable of a forwarding field, used as a field name.</summary>
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

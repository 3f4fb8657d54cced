using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Carousel.Engine.Http;

/// <summary>Matches field names: by length, then by bytes.</summary>
internal static class FieldNames
{
    /// <summary>Returns the field of this name, ignoring case. All bytes must be <see cref="TokenBytes"/>.</summary>
    public static FieldName Match(ReadOnlySpan<byte> name) => Match(ref MemoryMarshal.GetReference(name), name.Length);

    /// <inheritdoc cref="Match(ReadOnlySpan{byte})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FieldName Match(ref byte name, int length)
    {
        FieldName known = MatchExact(ref name, length);
        return known == FieldName.Other && ForwardingNames.MayBeListed(ref name, length) ? ForwardingNames.Match(ref name, length) : known;
    }

    /// <summary>
    /// As <see cref="Match(ref byte, int)"/>, but only for the names known individually; all others are <see cref="FieldName.Other"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FieldName MatchExact(ref byte name, int length)
    {
        switch (length)
        {
            case 2:
                return Is(ref name, "te"u8) ? FieldName.Te : FieldName.Other;
            case 3:
                return Is(ref name, "via"u8) ? FieldName.Via : FieldName.Other;
            case 4:
                return Is(ref name, "host"u8) ? FieldName.Host : Is(ref name, "date"u8) ? FieldName.Date : FieldName.Other;
            case 6:
                return Is(ref name, "cookie"u8) ? FieldName.Cookie : Is(ref name, "expect"u8) ? FieldName.Expect : FieldName.Other;
            case 7:
                return Is(ref name, "upgrade"u8) ? FieldName.Upgrade
                    : Is(ref name, "trailer"u8) ? FieldName.Trailer
                    : FieldName.Other;
            case 9:
                return Is(ref name, "forwarded"u8) ? FieldName.Forwarded : FieldName.Other;
            case 10:
                return Is(ref name, "connection"u8) ? FieldName.Connection
                    : Is(ref name, "keep-alive"u8) ? FieldName.KeepAlive
                    : Is(ref name, "tracestate"u8) ? FieldName.Tracestate
                    : FieldName.Other;
            case 11:
                return Is(ref name, "traceparent"u8) ? FieldName.Traceparent : FieldName.Other;
            case 12:
                return Is(ref name, "x-request-id"u8) ? FieldName.XRequestId
                    : Is(ref name, "x-session-id"u8) ? FieldName.XSessionId
                    : FieldName.Other;
            case 13:
                return Is(ref name, "authorization"u8) ? FieldName.Authorization : FieldName.Other;
            case 14:
                return Is(ref name, "content-length"u8) ? FieldName.ContentLength : FieldName.Other;
            case >= 15 and <= 21:
                return MatchLong(ref name, length);
            default:
                return FieldName.Other;
        }
    }

    /// <summary>
    /// Returns true if the bytes equal <paramref name="lower"/>, ignoring case. They must be <see cref="ValueBytes"/>: setting bit 0x20
    /// turns no other such byte into a letter or "-".
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Is(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> lower) =>
        bytes.Length == lower.Length && Is(ref MemoryMarshal.GetReference(bytes), lower);

    private static FieldName MatchLong(ref byte name, int length) => length switch
    {
        15 when Is(ref name, "x-forwarded-for"u8) => FieldName.XForwardedFor,
        15 when Is(ref name, "x-session-moved"u8) => FieldName.XSessionMoved,
        15 when Is(ref name, "x-carousel-load"u8) => FieldName.XCarouselLoad,
        16 when Is(ref name, "x-forwarded-host"u8) => FieldName.XForwardedHost,
        16 when Is(ref name, "proxy-connection"u8) => FieldName.ProxyConnection,
        17 when Is(ref name, "transfer-encoding"u8) => FieldName.TransferEncoding,
        17 when Is(ref name, "x-forwarded-proto"u8) => FieldName.XForwardedProto,
        18 when Is(ref name, "proxy-authenticate"u8) => FieldName.ProxyAuthenticate,
        19 when Is(ref name, "proxy-authorization"u8) => FieldName.ProxyAuthorization,
        19 when Is(ref name, "x-carousel-capacity"u8) => FieldName.XCarouselCapacity,
        21 when Is(ref name, "endpoint-load-metrics"u8) => FieldName.EndpointLoadMetrics,
        _ => FieldName.Other,
    };

    /// <summary>
    /// Compares as many bytes as <paramref name="lower"/> has. Setting bit 0x20 makes letters lower case. It maps no other token byte to a
    /// letter or "-" (only a control character or one of <c>@ [ \ ]</c> would be), so the comparison is exact for tokens.
    /// </summary>
    /// <remarks>The two reads of a size overlap, so that they do not pass the end of the name.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Is(ref byte name, ReadOnlySpan<byte> lower)
    {
        ref byte expected = ref MemoryMarshal.GetReference(lower);
        int length = lower.Length;
        if (length >= 8)
        {
            return IsWord(ref name, ref expected, 0)
                && (length <= 16 || IsWord(ref name, ref expected, 8))
                && IsWord(ref name, ref expected, length - 8);
        }
        if (length >= 4)
        {
            return IsHalf(ref name, ref expected, 0) && IsHalf(ref name, ref expected, length - 4);
        }
        return IsByte(ref name, ref expected, 0)
            && IsByte(ref name, ref expected, length / 2)
            && IsByte(ref name, ref expected, length - 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsWord(ref byte name, ref byte expected, int at) =>
        (Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref name, at)) | 0x2020_2020_2020_2020)
        == Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref expected, at));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsHalf(ref byte name, ref byte expected, int at) =>
        (Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref name, at)) | 0x2020_2020)
        == Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref expected, at));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsByte(ref byte name, ref byte expected, int at) =>
        (Unsafe.Add(ref name, at) | 0x20) == Unsafe.Add(ref expected, at);
}

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Carousel.Core.Telemetry;

namespace Carousel.Engine.Http;

/// <summary>
/// Reads <c>method SP request-target SP HTTP-version CRLF</c> (RFC 9112 section 3): exactly one space each, no other white space.
/// </summary>
internal static class RequestLine
{
    /// <summary>
    /// Maximum length of a method. The longest method registered with IANA, UPDATEREDIRECTREF, has 17 bytes. Request records have space for
    /// this length.
    /// </summary>
    public const int MaxMethod = 32;

    private const int VersionBytes = 8;

    /// <summary>
    /// Reads the line at <paramref name="position"/> into <paramref name="request"/>. Returns the start of the next line, or a
    /// <see cref="Stop"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Read(ref byte head, int position, int length, RequestHead request)
    {
        int methodEnd = Scan.IndexOutside<TokenBytes>(ref head, position, length);
        if (methodEnd - position > MaxMethod)
        {
            return Stop.Refuse(FailureReason.MethodTooLong);
        }
        if (methodEnd >= length || methodEnd == position || Unsafe.Add(ref head, methodEnd) != (byte)' ')
        {
            return Stop.At(ref head, methodEnd, length, FailureReason.BadRequestLine);
        }
        int target = methodEnd + 1;
        int targetEnd = Scan.IndexOutside<TargetBytes>(ref head, target, length);
        if (targetEnd >= length || targetEnd == target || Unsafe.Add(ref head, targetEnd) != (byte)' ')
        {
            return Stop.At(ref head, targetEnd, length, FailureReason.BadRequestLine);
        }
        int next = ReadVersion(ref head, targetEnd + 1, length, out bool isHttp10);
        if (next < 0)
        {
            return next;
        }
        request.IsHttp10 = isHttp10;
        request.MethodToken = new Slice((ushort)position, (ushort)(methodEnd - position));
        request.Method = MatchMethod(request.MethodToken.Of(ref head));
        request.Target = new Slice((ushort)target, (ushort)(targetEnd - target));
        FailureReason reason = RequestTarget.Read(ref head, request);
        return reason == FailureReason.None ? next : Stop.Refuse(reason);
    }

    /// <summary>Methods are case-sensitive (RFC 9110 section 9.1).</summary>
    private static RequestMethod MatchMethod(ReadOnlySpan<byte> token) => token.Length switch
    {
        3 when token.SequenceEqual("GET"u8) => RequestMethod.Get,
        3 when token.SequenceEqual("PUT"u8) => RequestMethod.Put,
        4 when token.SequenceEqual("POST"u8) => RequestMethod.Post,
        4 when token.SequenceEqual("HEAD"u8) => RequestMethod.Head,
        5 when token.SequenceEqual("PATCH"u8) => RequestMethod.Patch,
        5 when token.SequenceEqual("TRACE"u8) || token.SequenceEqual("TRACK"u8) => RequestMethod.Trace,
        6 when token.SequenceEqual("DELETE"u8) => RequestMethod.Delete,
        7 when token.SequenceEqual("OPTIONS"u8) => RequestMethod.Options,
        7 when token.SequenceEqual("CONNECT"u8) => RequestMethod.Connect,
        _ => RequestMethod.Other,
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int ReadVersion(ref byte head, int position, int length, out bool isHttp10)
    {
        isHttp10 = false;
        bool isHttp11 = position + VersionBytes + 2 <= length
            && Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref head, position)) == MemoryMarshal.Read<ulong>("HTTP/1.1"u8)
            && Unsafe.ReadUnaligned<ushort>(ref Unsafe.Add(ref head, position + VersionBytes)) == FieldLine.CrLf;
        return isHttp11 ? position + VersionBytes + 2 : ReadOtherVersion(ref head, position, length, out isHttp10);
    }

    /// <summary>
    /// Reads any version but a complete 1.1, byte by byte, so that an invalid version is refused at its first wrong byte.
    /// </summary>
    private static int ReadOtherVersion(ref byte head, int position, int length, out bool isHttp10)
    {
        isHttp10 = false;
        ReadOnlySpan<byte> pattern = "HTTP/0.0"u8;
        for (int i = 0; i < VersionBytes; i++)
        {
            if (position + i >= length)
            {
                return Stop.NeedMore;
            }
            byte value = Unsafe.Add(ref head, position + i);
            if (pattern[i] == (byte)'0' ? !char.IsAsciiDigit((char)value) : value != pattern[i])
            {
                return Stop.At(ref head, position + i, length, FailureReason.BadRequestLine);
            }
        }
        int lineEnd = position + VersionBytes;
        if (lineEnd + 1 >= length || Unsafe.ReadUnaligned<ushort>(ref Unsafe.Add(ref head, lineEnd)) != FieldLine.CrLf)
        {
            return Stop.At(ref head, lineEnd, length, FailureReason.BadRequestLine);
        }
        byte major = Unsafe.Add(ref head, lineEnd - 3), minor = Unsafe.Add(ref head, lineEnd - 1);
        isHttp10 = minor == (byte)'0';
        bool isSupported = major == (byte)'1' && minor is (byte)'0' or (byte)'1';
        return isSupported ? lineEnd + 2 : Stop.Refuse(FailureReason.UnsupportedVersion);
    }
}

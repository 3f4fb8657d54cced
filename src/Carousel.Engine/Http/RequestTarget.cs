using System.Runtime.CompilerServices;
using System.Text;
using Carousel.Core.Telemetry;

namespace Carousel.Engine.Http;

/// <summary>Determines the form of a request target (RFC 9112 section 3.2) and finds its authority, path and query.</summary>
internal static class RequestTarget
{
    /// <summary>
    /// Reads <see cref="RequestHead.Target"/>, which must not be empty, for the request's method. Sets the form, path and query, and the
    /// authority of an absolute form.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FailureReason Read(ref byte head, RequestHead request)
    {
        if (Unsafe.Add(ref head, request.Target.Start) == (byte)'/' && request.Method != RequestMethod.Connect)
        {
            request.Form = TargetForm.Origin;
            request.PathAndQuery = request.Target;
            return FailureReason.None;
        }
        return ReadOther(ref head, request);
    }

    private static FailureReason ReadOther(ref byte head, RequestHead request)
    {
        if (request.Method == RequestMethod.Connect)
        {
            return FailureReason.ConnectRefusedMethod;
        }
        ReadOnlySpan<byte> target = request.Target.Of(ref head);
        if (target.SequenceEqual("*"u8))
        {
            request.Form = TargetForm.Asterisk;
            return request.Method == RequestMethod.Options ? FailureReason.None : FailureReason.BadRequestLine;
        }
        int authority = StartsWith(target, "http://"u8) ? 7 : StartsWith(target, "https://"u8) ? 8 : -1;
        if (authority < 0)
        {
            return FailureReason.BadRequestLine;
        }
        int rest = target[authority..].IndexOfAny((byte)'/', (byte)'?');
        int pathAt = rest < 0 ? target.Length : authority + rest;
        request.Form = TargetForm.Absolute;
        request.Authority = new Slice((ushort)(request.Target.Start + authority), (ushort)(pathAt - authority));
        request.PathAndQuery = new Slice((ushort)(request.Target.Start + pathAt), (ushort)(target.Length - pathAt));
        return Authority.IsWellFormed(ref head, request.Authority) ? FailureReason.None : FailureReason.BadRequestLine;
    }

    private static bool StartsWith(ReadOnlySpan<byte> target, ReadOnlySpan<byte> scheme) =>
        target.Length >= scheme.Length && Ascii.EqualsIgnoreCase(target[..scheme.Length], scheme);
}

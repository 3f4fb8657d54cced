namespace Carousel.Engine.Http;

/// <summary>Encodes a request's head for a server that speaks HTTP/1.1 (<see cref="Http1Encoder"/>).</summary>
internal static class Http1RequestEncoder
{
    /// <summary>
    /// Maximum bytes by which an encoded request exceeds the received head and its edits: 2 for a Host line (<c>Host: </c> and CR LF) with the
    /// authority of the target, whose scheme is dropped; 1 for the space in <c>Connection: upgrade</c>; the framing line. A fallback Host is
    /// shorter than the two authorities that the forwarding fields then lack.
    /// </summary>
    public const int MaxGrowth = 2 + 1 + FramingLine.MaxGrowth;

    /// <summary>Encodes a request's head.</summary>
    /// <param name="request">The head. It can be encoded again.</param>
    /// <param name="room">The head is written to its end.</param>
    /// <returns>Number of bytes written.</returns>
    public static int Encode(RequestHead request, Span<byte> room)
    {
        ulong special = request.HasFramingLine ? FieldSet.HopByHop : FieldSet.HopByHop | FieldSet.Framing;
        var writer = new HeadWriter(room);
        writer.Prepend("\r\n"u8);
        if (request.Upgrade)
        {
            special &= ~FieldSet.Upgrade;
            writer.Prepend("Connection: upgrade\r\n"u8);
        }
        if (!request.HasFramingLine)
        {
            FramingLine.Prepend(ref writer, request.Body, request.ContentLength);
        }
        if (request.Form != TargetForm.Absolute && !request.IsHttp10)
        {
            Http1Encoder.PrependLines(ref writer, request, request.Dropped.With(special), request.MethodToken.Start);
            return writer.Length;
        }
        // An absolute target replaces Host (RFC 9112 section 3.2.2), and HTTP/1.0 may lack it.
        bool writesHost = request.Form == TargetForm.Absolute || request.Authority.IsEmpty;
        special = writesHost ? special | FieldSet.Host : special;
        Http1Encoder.PrependLines(ref writer, request, request.Dropped.With(special), request.LinesStart);
        if (writesHost)
        {
            PrependHost(ref writer, request);
        }
        PrependRequestLine(ref writer, request);
        return writer.Length;
    }

    private static void PrependHost(ref HeadWriter writer, RequestHead request)
    {
        Slice authority = request.Authority.IsEmpty ? request.FallbackAuthority : request.Authority;
        writer.Prepend("\r\n"u8);
        writer.Prepend(authority.Of(request.AllBytes));
        writer.Prepend("Host: "u8);
    }

    private static void PrependRequestLine(ref HeadWriter writer, RequestHead request)
    {
        ReadOnlySpan<byte> path = request.PathAndQuery.Of(request.Bytes);
        writer.Prepend(" HTTP/1.1\r\n"u8);
        writer.Prepend(path);
        if (path.IsEmpty)
        {
            // RFC 9112 section 3.2.4: OPTIONS without a path is about the server as a whole.
            writer.Prepend(request.Method == RequestMethod.Options ? "*"u8 : "/"u8);
        }
        else if (path[0] == (byte)'?')
        {
            writer.Prepend("/"u8);
        }
        writer.Prepend(" "u8);
        writer.Prepend(request.MethodToken.Of(request.Bytes));
    }
}

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

    /// <summary>Collects the parts of a request; returns the length for <see cref="Http1Encoder.Write"/>.</summary>
    public static int Collect(RequestHead request)
    {
        ulong special = request.HasFramingLine ? FieldSet.HopByHop : FieldSet.HopByHop | FieldSet.Framing;
        if (request.Upgrade)
        {
            special &= ~FieldSet.Upgrade;
        }
        if (request.Form == TargetForm.Absolute)
        {
            special |= FieldSet.Host;
        }
        request.Parts.Clear();
        int run = StartRequest(request);
        Http1Encoder.CollectLines(request, request.Dropped.With(special), run);
        int start = request.End;
        if (!request.HasFramingLine)
        {
            FramingLine.Append(request, request.Body, request.ContentLength);
        }
        if (request.Upgrade)
        {
            request.Append("Connection: upgrade\r\n"u8);
        }
        return Http1Encoder.CollectRest(request, start);
    }

    /// <summary>Adds the request line, and Host if it is not copied. Returns where the first run starts.</summary>
    private static int StartRequest(RequestHead request)
    {
        bool isCopied = request.Form != TargetForm.Absolute && !request.IsHttp10;
        if (isCopied && !request.Authority.IsEmpty)
        {
            return request.MethodToken.Start;
        }
        int start = request.End;
        if (isCopied)
        {
            request.Parts.Add(request.MethodToken.Start, request.LinesStart);
        }
        else
        {
            AppendRequestLine(request);
        }
        if (request.Form == TargetForm.Absolute || request.Authority.IsEmpty)
        {
            Slice authority = request.Authority.IsEmpty ? request.FallbackAuthority : request.Authority;
            request.Append("Host: "u8);
            request.AppendReceived(authority.Start, authority.End);
            request.Append("\r\n"u8);
        }
        request.Parts.Add(start, request.End);
        return request.LinesStart;
    }

    private static void AppendRequestLine(RequestHead request)
    {
        request.AppendReceived(request.MethodToken.Start, request.MethodToken.End);
        request.Append(" "u8);
        Slice path = request.PathAndQuery;
        if (path.IsEmpty)
        {
            // RFC 9112 section 3.2.4: OPTIONS without a path is about the server as a whole.
            request.Append(request.Method == RequestMethod.Options ? "*"u8 : "/"u8);
        }
        else if (request.Bytes[path.Start] == (byte)'?')
        {
            request.Append("/"u8);
        }
        request.AppendReceived(path.Start, path.End);
        request.Append(" HTTP/1.1\r\n"u8);
    }
}

namespace Carousel.Engine.Http;

/// <summary>Writes a request's head for the server: lines that are kept are copied in runs, hop-by-hop fields are removed.</summary>
internal static class RequestRewriter
{
    /// <summary>Maximum bytes by which a rewritten head can exceed the original.</summary>
    /// <remarks>
    /// The forwarding fields; 2 for a Host line (<c>Host: </c> and CR LF) with the authority of the target, whose scheme is dropped; 1 for
    /// the space in <c>Connection: upgrade</c>; the framing line. A fallback Host is shorter than the two authorities that the forwarding
    /// fields then lack.
    /// </remarks>
    public const int MaxGrowth = ForwardingFields.MaxBytes + 2 + 1 + FramingLine.MaxGrowth;

    /// <summary>Writes the head for the server.</summary>
    /// <param name="head">The parsed bytes, at least <see cref="RequestHead.Length"/> of them.</param>
    /// <param name="request">The parser's result.</param>
    /// <param name="fields">The parser's field table.</param>
    /// <param name="info">The client information for the server.</param>
    /// <param name="output">
    /// At least <see cref="RequestHead.Length"/> + <see cref="MaxGrowth"/> long; must not overlap <paramref name="head"/>.
    /// </param>
    /// <returns>The number of bytes written.</returns>
    public static int Write(
        ReadOnlySpan<byte> head, in RequestHead request, ReadOnlySpan<Field> fields, in ForwardingInfo info, Span<byte> output)
    {
        fields = fields[..request.FieldCount];
        // Not an object initializer: that would create a second writer and copy a dozen fields.
        var writer = new HeadWriter(head, fields, output);
        writer.HiddenCookie = info.HiddenCookie;
        writer.DropsCookie = info.HidesWholeCookie;
        ReadOnlySpan<byte> authority = request.Authority.Of(head);

        StartRequestLine(ref writer, head, request, fields);
        if (request.Form == TargetForm.Absolute || authority.IsEmpty)
        {
            writer.CopyRun(LinesStart(request, fields));
            writer.AppendLine("Host: "u8, authority.IsEmpty ? info.FallbackHost : authority);
        }
        FieldSet special = Special(request, info);
        PassFields(ref writer, request, fields, special, info);
        if (!writer.IsFramed)
        {
            FramingLine.Write(ref writer, request.Body, request.ContentLength);
        }
        if (request.Upgrade)
        {
            writer.Append("Connection: upgrade\r\n"u8);
        }
        ForwardingFields.Write(ref writer, head, info, authority, request.IsHttp10, request.Present.Without(special));
        writer.Append("\r\n"u8);
        return writer.Length;
    }

    /// <summary>Starts the first run at the request line if it can be copied; otherwise writes the line and starts after it.</summary>
    private static void StartRequestLine(
        ref HeadWriter writer, ReadOnlySpan<byte> head, in RequestHead request, ReadOnlySpan<Field> fields)
    {
        if (request.Form != TargetForm.Absolute && !request.IsHttp10)
        {
            writer.StartRun(request.MethodToken.Start);
            return;
        }
        writer.Append(request.MethodToken.Of(head));
        writer.Append(" "u8);
        ReadOnlySpan<byte> path = request.PathAndQuery.Of(head);
        if (path.IsEmpty)
        {
            // RFC 9112 section 3.2.4: OPTIONS without a path is about the server as a whole.
            writer.Append(request.Method == RequestMethod.Options ? "*"u8 : "/"u8);
        }
        else if (path[0] == (byte)'?')
        {
            writer.Append("/"u8);
        }
        writer.Append(path);
        writer.Append(" HTTP/1.1\r\n"u8);
        writer.StartRun(LinesStart(request, fields));
    }

    /// <summary>Copies the lines that are kept. The peer's address is appended to the last X-Forwarded-For that is kept.</summary>
    private static void PassFields(
        ref HeadWriter writer, in RequestHead request, ReadOnlySpan<Field> fields, FieldSet special, in ForwardingInfo info)
    {
        int next = 0;
        if (request.Present.Without(special).Has(FieldName.XForwardedFor))
        {
            int last = LastForwardedFor(fields);
            ref readonly Field field = ref fields[last];
            writer.PassFields(0, last, special);
            writer.CopyRun(field.Value.End);
            writer.AppendLine(field.Value.IsEmpty ? default : ", "u8, info.PeerAddress);
            writer.StartRun(field.LineEnd);
            next = last + 1;
        }
        writer.PassFields(next, fields.Length, special);
        writer.CopyRun(request.Length - 2);
    }

    /// <summary>Returns the fields that are not simply copied.</summary>
    private static FieldSet Special(in RequestHead request, in ForwardingInfo info)
    {
        uint special = FieldSet.HopByHop | FieldSet.Framing | FieldSet.ProxyAuthorization | FieldSet.Expect
            | FieldSet.Session | FieldSet.OwnReports | FieldSet.Reserved;
        if (request.Upgrade)
        {
            special &= ~FieldSet.Upgrade;
        }
        if (request.ExpectContinue)
        {
            special &= ~FieldSet.Expect;
        }
        if (request.Form == TargetForm.Absolute)
        {
            special |= FieldSet.Host;
        }
        if (request.ConnectionNamesFields)
        {
            special |= FieldSet.Removable;
        }
        if (!info.RequestId.IsEmpty)
        {
            special |= FieldSet.XRequestId;
        }
        if (!info.TraceParent.IsEmpty)
        {
            special |= FieldSet.Traceparent;
        }
        if (info.DropsTraceState)
        {
            special |= FieldSet.Tracestate;
        }
        if (!info.HiddenCookie.IsEmpty)
        {
            special |= FieldSet.Cookie;
        }
        return new FieldSet(special | (info.TrustClient ? info.Origin.Dropped : FieldSet.Forwarding));
    }

    private static int LastForwardedFor(ReadOnlySpan<Field> fields)
    {
        int last = fields.Length - 1;
        while (fields[last].Known != FieldName.XForwardedFor)
        {
            last--;
        }
        return last;
    }

    private static int LinesStart(in RequestHead request, ReadOnlySpan<Field> fields) =>
        fields.IsEmpty ? request.Length - 2 : fields[0].Name.Start;
}

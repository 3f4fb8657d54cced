namespace Carousel.Engine.Http;

/// <summary>
/// Writes a request's head as it is sent to a server: what stays is copied in runs of lines, what concerns only the client's
/// connection is left out.
/// </summary>
internal static class RequestRewriter
{
    /// <summary>Most bytes a rewritten head can be longer than the original.</summary>
    /// <remarks>
    /// The forwarding fields; 2 for a Host line (<c>Host: </c> and CR LF) that takes the authority, but not the scheme, out of the
    /// target; 1 for the space in <c>Connection: upgrade</c>; the framing line. A fallback Host is shorter than what the forwarding
    /// fields then lack: two authorities.
    /// </remarks>
    public const int MaxGrowth = ForwardingFields.MaxBytes + 2 + 1 + FramingLine.MaxGrowth;

    /// <summary>Writes the head for the server.</summary>
    /// <param name="head">The bytes that were parsed, at least <see cref="RequestHead.Length"/> of them.</param>
    /// <param name="request">What the parser said of them.</param>
    /// <param name="fields">The parser's field table.</param>
    /// <param name="info">What the server is told of the client.</param>
    /// <param name="output">
    /// At least <see cref="RequestHead.Length"/> + <see cref="MaxGrowth"/> long; does not overlap <paramref name="head"/>.
    /// </param>
    /// <returns>How many bytes were written.</returns>
    public static int Write(
        ReadOnlySpan<byte> head, in RequestHead request, ReadOnlySpan<Field> fields, in ForwardingInfo info, Span<byte> output)
    {
        fields = fields[..request.FieldCount];
        var writer = new HeadWriter(output);
        ReadOnlySpan<byte> authority = request.Authority.Of(head);

        int runStart = WriteRequestLine(ref writer, head, request, fields);
        if (request.Form == TargetForm.Absolute || authority.IsEmpty)
        {
            Flush(ref writer, head, ref runStart, LinesStart(request, fields));
            writer.AppendLine("Host: "u8, authority.IsEmpty ? info.FallbackHost : authority);
        }
        FieldSet kept = CopyFields(ref writer, head, request, fields, info, runStart);
        if (!kept.Has(FieldName.ContentLength) && !kept.Has(FieldName.TransferEncoding))
        {
            FramingLine.Write(ref writer, request.Body, request.ContentLength);
        }
        if (request.Upgrade)
        {
            writer.Append("Connection: upgrade\r\n"u8);
        }
        ForwardingFields.Write(ref writer, info, authority, request.IsHttp10, kept);
        writer.Append("\r\n"u8);
        return writer.Length;
    }

    /// <summary>Returns where the run to be copied starts: at the request line if it may stay as it is, else behind it.</summary>
    private static int WriteRequestLine(
        ref HeadWriter writer, ReadOnlySpan<byte> head, in RequestHead request, ReadOnlySpan<Field> fields)
    {
        if (request.Form != TargetForm.Absolute && !request.IsHttp10)
        {
            return request.MethodToken.Start;
        }
        writer.Append(request.MethodToken.Of(head));
        writer.Append(" "u8);
        ReadOnlySpan<byte> path = request.PathAndQuery.Of(head);
        if (path.IsEmpty)
        {
            // RFC 9112 section 3.2.4: without a path, OPTIONS asks about the server as a whole.
            writer.Append(request.Method == RequestMethod.Options ? "*"u8 : "/"u8);
        }
        else if (path[0] == (byte)'?')
        {
            writer.Append("/"u8);
        }
        writer.Append(path);
        writer.Append(" HTTP/1.1\r\n"u8);
        return LinesStart(request, fields);
    }

    private static FieldSet CopyFields(
        ref HeadWriter writer,
        ReadOnlySpan<byte> head,
        in RequestHead request,
        ReadOnlySpan<Field> fields,
        in ForwardingInfo info,
        int runStart)
    {
        var special = new FieldSet(Special(request, info));
        bool removesNamed = request.ConnectionNamesFields;
        int lastForwardedFor = info.TrustClient ? LastForwardedFor(fields) : -1;
        uint kept = 0;
        for (int i = 0; i < fields.Length; i++)
        {
            ref readonly Field field = ref fields[i];
            bool isCopied = i != lastForwardedFor
                && (special.Has(field.Known)
                    ? FramingLine.MayCopy(head, field, kept)
                    : !(removesNamed && ConnectionNames.Remove(head, fields, field)));
            if (isCopied)
            {
                kept |= 1u << (int)field.Known;
            }
            else if (i == lastForwardedFor)
            {
                Flush(ref writer, head, ref runStart, field.Value.End);
                writer.AppendLine(field.Value.IsEmpty ? default : ", "u8, info.ClientAddress);
                runStart = field.LineEnd;
                kept |= FieldSet.XForwardedFor;
            }
            else
            {
                Flush(ref writer, head, ref runStart, field.Name.Start);
                runStart = field.LineEnd;
            }
        }
        Flush(ref writer, head, ref runStart, request.Length - 2);
        return new FieldSet(kept);
    }

    /// <summary>The fields that are not simply copied.</summary>
    private static uint Special(in RequestHead request, in ForwardingInfo info)
    {
        uint special = FieldSet.HopByHop | FieldSet.Framing | FieldSet.ProxyAuthorization | FieldSet.Expect;
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
        const uint forwarding = FieldSet.XForwardedFor | FieldSet.XForwardedHost | FieldSet.XForwardedProto | FieldSet.Forwarded;
        return info.TrustClient ? special : special | forwarding;
    }

    private static int LastForwardedFor(ReadOnlySpan<Field> fields)
    {
        int last = fields.Length - 1;
        while (last >= 0 && fields[last].Known != FieldName.XForwardedFor)
        {
            last--;
        }
        return last;
    }

    private static int LinesStart(in RequestHead request, ReadOnlySpan<Field> fields) =>
        fields.IsEmpty ? request.Length - 2 : fields[0].Name.Start;

    private static void Flush(ref HeadWriter writer, ReadOnlySpan<byte> head, ref int runStart, int end)
    {
        writer.Append(head[runStart..end]);
        runStart = end;
    }
}

namespace Carousel.Engine.Http;

/// <summary>What a rewritten answer says of the client's connection.</summary>
internal enum ConnectionDirective : byte
{
    /// <summary>No Connection field: the version's default holds.</summary>
    None,

    /// <summary><c>Connection: close</c>.</summary>
    Close,

    /// <summary><c>Connection: keep-alive</c>, which an HTTP/1.0 client has to be told.</summary>
    KeepAlive,

    /// <summary><c>Connection: upgrade</c>, and the answer's Upgrade field is kept: for 101.</summary>
    Upgrade,
}

/// <summary>How an answer's body is framed anew on its way.</summary>
internal enum BodyRecoding : byte
{
    /// <summary>As the server framed it.</summary>
    None,

    /// <summary>Chunks from the server, bare data until the close for an HTTP/1.0 client.</summary>
    Dechunk,

    /// <summary>Data until the close from the server, chunks for the client.</summary>
    Chunk,
}

/// <summary>
/// Writes an answer's head as it is sent to the client: what stays is copied in runs of lines, what concerns only the server's
/// connection is left out.
/// </summary>
/// <remarks>
/// What a server reports to the balancer (X-Carousel-Capacity, X-Carousel-Load) is left out; endpoint-load-metrics, which is not ours alone, stays, as Envoy has
/// it (its issues 37520 and 39382).
/// Proxy-Authenticate is left out: it is for whoever spoke to that proxy (RFC 9110 section 11.7.1), which was the balancer.
/// Content-Length and Transfer-Encoding are left out of 1xx and 204, where they must not be (RFC 9110 section 8.6, RFC 9112
/// section 6.1), so that nobody waits for a body.
/// </remarks>
internal static class ResponseRewriter
{
    /// <summary>
    /// Most bytes a rewritten head can be longer than the original: the space before an absent phrase, the framing line grown or
    /// added, <c>Date: </c> with its line end, <c>Connection: keep-alive</c>, <c>X-Request-Id</c>.
    /// </summary>
    public const int MaxGrowth = 1 + FramingLine.MaxGrowth + 28 + 8 + DateBytes + 24 + 16 + ForwardingInfo.MaxRequestId;

    private const int DateBytes = 29;

    private const int VersionEnd = 8;
    private const int CodeEnd = 12;

    /// <summary>Writes the head for the client; its version is always HTTP/1.1 (RFC 9110 section 6.2).</summary>
    /// <param name="head">The bytes that were parsed, at least <see cref="ResponseHead.Length"/> of them.</param>
    /// <param name="response">What the parser said of them.</param>
    /// <param name="fields">The parser's field table.</param>
    /// <param name="connection">What to say of the connection.</param>
    /// <param name="recoding">How the body will be framed.</param>
    /// <param name="date">
    /// The time now as 29 bytes, <c>Mon, 23 Nov 2026 16:20:00 GMT</c>; added where the head has no Date and the status is at
    /// least 200.
    /// </param>
    /// <param name="requestId">For X-Request-Id, instead of the server's own; empty to pass the server's on.</param>
    /// <param name="more">Whole lines to be added; mostly none.</param>
    /// <param name="output">
    /// At least <see cref="ResponseHead.Length"/> + <see cref="MaxGrowth"/> + those lines long; does not overlap
    /// <paramref name="head"/>.
    /// </param>
    /// <returns>How many bytes were written.</returns>
    public static int Write(
        ReadOnlySpan<byte> head,
        in ResponseHead response,
        ReadOnlySpan<Field> fields,
        ConnectionDirective connection,
        BodyRecoding recoding,
        ReadOnlySpan<byte> date,
        ReadOnlySpan<byte> requestId,
        ReadOnlySpan<byte> more,
        Span<byte> output)
    {
        fields = fields[..response.FieldCount];
        var writer = new HeadWriter(head, fields, output);
        BodyKind framing = recoding switch
        {
            BodyRecoding.Dechunk => BodyKind.None,
            BodyRecoding.Chunk => BodyKind.Chunked,
            _ => response.FramedAs,
        };
        writer.IsFramed = framing == BodyKind.None;
        StartStatusLine(ref writer, head, response);
        writer.PassFields(0, fields.Length, Special(response, connection, recoding, !requestId.IsEmpty));
        writer.CopyRun(response.Length - 2);
        if (!writer.IsFramed)
        {
            FramingLine.Write(ref writer, framing, response.ContentLength);
        }
        if (!response.HasDate && response.Status >= 200)
        {
            writer.AppendLine("Date: "u8, date);
        }
        if (connection != ConnectionDirective.None)
        {
            writer.Append(connection switch
            {
                ConnectionDirective.Close => "Connection: close\r\n"u8,
                ConnectionDirective.KeepAlive => "Connection: keep-alive\r\n"u8,
                _ => "Connection: upgrade\r\n"u8,
            });
        }
        if (!requestId.IsEmpty)
        {
            writer.AppendLine("X-Request-Id: "u8, requestId);
        }
        if (!more.IsEmpty)
        {
            writer.Append(more);
        }
        writer.Append("\r\n"u8);
        return writer.Length;
    }

    /// <summary>
    /// Starts the first run at the status line if it may stay as it is; else in it, behind what was written of it.
    /// </summary>
    private static void StartStatusLine(ref HeadWriter writer, ReadOnlySpan<byte> head, in ResponseHead response)
    {
        bool lacksSpace = response.ReasonPhrase.Start == CodeEnd;
        if (response.IsHttp10 || lacksSpace)
        {
            writer.Append("HTTP/1.1"u8);
            writer.Append(head[VersionEnd..CodeEnd]);
            writer.Append(lacksSpace ? " "u8 : default);
            writer.StartRun(CodeEnd);
        }
    }

    /// <summary>The fields that are not simply copied.</summary>
    private static FieldSet Special(in ResponseHead response, ConnectionDirective connection, BodyRecoding recoding, bool hasRequestId)
    {
        uint special = FieldSet.HopByHop | FieldSet.Framing | FieldSet.ProxyAuthenticate | FieldSet.OwnReports;
        if (connection == ConnectionDirective.Upgrade)
        {
            special &= ~FieldSet.Upgrade;
        }
        if (hasRequestId)
        {
            special |= FieldSet.XRequestId;
        }
        if (recoding == BodyRecoding.Dechunk)
        {
            special |= FieldSet.Trailer;
        }
        if (response.ConnectionNamesFields)
        {
            special |= FieldSet.Other;
        }
        return new FieldSet(special);
    }
}

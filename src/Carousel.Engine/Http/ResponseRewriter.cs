namespace Carousel.Engine.Http;

/// <summary>The Connection field of a rewritten response.</summary>
internal enum ConnectionDirective : byte
{
    /// <summary>No Connection field: the version's default applies.</summary>
    None,

    /// <summary><c>Connection: close</c>.</summary>
    Close,

    /// <summary><c>Connection: keep-alive</c>, which an HTTP/1.0 client requires.</summary>
    KeepAlive,

    /// <summary><c>Connection: upgrade</c>, and the response's Upgrade field is kept: for 101.</summary>
    Upgrade,
}

/// <summary>The conversion of a response body's framing.</summary>
internal enum BodyRecoding : byte
{
    /// <summary>Unchanged.</summary>
    None,

    /// <summary>From chunks to data until close, for an HTTP/1.0 client.</summary>
    Dechunk,

    /// <summary>From data until close to chunks.</summary>
    Chunk,
}

/// <summary>Writes a response's head for the client: lines that are kept are copied in runs, hop-by-hop fields are removed.</summary>
/// <remarks>
/// A server's reports to the balancer (X-Carousel-Capacity, X-Carousel-Load) are removed. endpoint-load-metrics is kept because other parties
/// use it too, as in Envoy (its issues 37520 and 39382).
/// Proxy-Authenticate is removed: it is for the client of the proxy that sent it (RFC 9110 section 11.7.1), which was the balancer.
/// Content-Length and Transfer-Encoding are removed from 1xx and 204, where they are not allowed (RFC 9110 section 8.6, RFC 9112 section 6.1),
/// so that no client waits for a body.
/// </remarks>
internal static class ResponseRewriter
{
    /// <summary>
    /// Maximum bytes by which a rewritten head can exceed the original: the space before a missing reason phrase, a longer or added framing
    /// line, <c>Date: </c> with its line end, <c>Connection: keep-alive</c>, <c>X-Request-Id</c>.
    /// </summary>
    public const int MaxGrowth = 1 + FramingLine.MaxGrowth + 28 + 8 + DateBytes + 24 + 16 + ForwardingInfo.MaxRequestId;

    private const int DateBytes = 29;

    private const int VersionEnd = 8;
    private const int CodeEnd = 12;

    /// <summary>Writes the head for the client. Its version is always HTTP/1.1 (RFC 9110 section 6.2).</summary>
    /// <param name="head">The parsed bytes, at least <see cref="ResponseHead.Length"/> of them.</param>
    /// <param name="response">The parser's result.</param>
    /// <param name="fields">The parser's field table.</param>
    /// <param name="connection">The Connection field to write.</param>
    /// <param name="recoding">The conversion of the body's framing.</param>
    /// <param name="date">
    /// The current time as 29 bytes, <c>Mon, 23 Nov 2026 16:20:00 GMT</c>; added if the head has no Date and the status is at least 200.
    /// </param>
    /// <param name="requestId">The value of X-Request-Id, replacing the server's; empty to pass the server's on.</param>
    /// <param name="more">Whole lines to add; usually none.</param>
    /// <param name="output">
    /// At least <see cref="ResponseHead.Length"/> + <see cref="MaxGrowth"/> + those lines long; must not overlap <paramref name="head"/>.
    /// </param>
    /// <returns>The number of bytes written.</returns>
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
    /// Starts the first run at the status line if it can be copied; otherwise writes its beginning and starts the run after that.
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

    /// <summary>Returns the fields that are not simply copied.</summary>
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

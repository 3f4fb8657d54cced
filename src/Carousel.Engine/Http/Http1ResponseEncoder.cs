namespace Carousel.Engine.Http;

/// <summary>The Connection field of a response.</summary>
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

/// <summary>Encodes a response's head for a client that speaks HTTP/1.0 or 1.1 (<see cref="Http1Encoder"/>).</summary>
/// <remarks>
/// Content-Length and Transfer-Encoding are removed from 1xx and 204, where they are not allowed (RFC 9110 section 8.6, RFC 9112 section 6.1),
/// so that no client waits for a body.
/// </remarks>
internal static class Http1ResponseEncoder
{
    /// <summary>
    /// Maximum bytes by which an encoded response exceeds the received head and its edits: the space before a missing reason phrase, a longer or
    /// added framing line, <c>Connection: keep-alive</c>.
    /// </summary>
    public const int MaxGrowth = 1 + FramingLine.MaxGrowth + 28 + 24;

    private const int VersionEnd = 8;
    private const int CodeEnd = 12;

    /// <summary>Encodes a response's head.</summary>
    /// <param name="response">The head.</param>
    /// <param name="connection">The Connection field to write.</param>
    /// <param name="body">How the body is framed for the client. Without a body, the fields declare what the server declared.</param>
    /// <param name="room">The head is written to its end.</param>
    /// <returns>Number of bytes written.</returns>
    public static int Encode(ResponseHead response, ConnectionDirective connection, BodyKind body, Span<byte> room)
    {
        BodyKind framing = response.Body == BodyKind.None ? response.FramedAs : body;
        bool isFramed = response.HasFramingLine && framing == response.FramedAs && framing != BodyKind.None;
        ulong special = isFramed ? FieldSet.HopByHop : FieldSet.HopByHop | FieldSet.Framing;
        var writer = new HeadWriter(room);
        writer.Prepend("\r\n"u8);
        if (connection != ConnectionDirective.None)
        {
            special = connection == ConnectionDirective.Upgrade ? special & ~FieldSet.Upgrade : special;
            writer.Prepend(Line(connection));
        }
        if (!isFramed)
        {
            FramingLine.Prepend(ref writer, framing, response.ContentLength);
        }
        if (response.FramedAs == BodyKind.Chunked && framing != BodyKind.Chunked)
        {
            special |= FieldSet.Trailer;
        }
        bool lacksSpace = response.ReasonPhrase.Start == CodeEnd;
        bool isCopied = !response.IsHttp10 && !lacksSpace;
        Http1Encoder.PrependLines(ref writer, response, response.Dropped.With(special), isCopied ? 0 : CodeEnd);
        if (!isCopied)
        {
            writer.Prepend(lacksSpace ? " "u8 : default);
            writer.Prepend(response.Bytes[VersionEnd..CodeEnd]);
            writer.Prepend("HTTP/1.1"u8);
        }
        return writer.Length;
    }

    private static ReadOnlySpan<byte> Line(ConnectionDirective connection) => connection switch
    {
        ConnectionDirective.Close => "Connection: close\r\n"u8,
        ConnectionDirective.KeepAlive => "Connection: keep-alive\r\n"u8,
        _ => "Connection: upgrade\r\n"u8,
    };
}

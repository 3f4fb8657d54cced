namespace Carousel.Engine.Http;

/// <summary>
/// Encodes heads for an HTTP/1 connection: lines that are kept are copied in runs, edits are applied, the fields of the connection and of the framing
/// are written anew. The version is always HTTP/1.1 (RFC 9110 section 6.2). Requests and responses have encoders of their own, which share this.
/// </summary>
internal static class Http1Encoder
{
    /// <summary>Writes the field lines that are kept or replaced, and the added lines after them.</summary>
    /// <param name="writer">Has what follows them.</param>
    /// <param name="head">The head.</param>
    /// <param name="special">The fields that are removed.</param>
    /// <param name="start">Where the lines start, or what is copied in front of them.</param>
    public static void PrependLines(ref HeadWriter writer, MessageHead head, FieldSet special, int start)
    {
        ReadOnlySpan<byte> bytes = head.AllBytes;
        ReadOnlySpan<HeadEdit> edits = head.Edits;
        int edit = edits.Length;
        int end = head.LinesEnd;
        for (; edit > 0 && edits[edit - 1].Field == HeadEdit.AfterAll; edit--)
        {
            HeadEdit added = edits[edit - 1];
            if (added.Start == head.LinesEnd)
            {
                // Nearly always: they follow the lines as received, and are copied with them.
                end = added.End;
            }
            else
            {
                writer.Prepend(bytes[added.Start..added.End]);
            }
        }
        if (edit > 0 || head.Present.HasAny(special))
        {
            end = PrependFields(ref writer, head, special, edits[..edit], end);
        }
        writer.Prepend(bytes[start..end]);
    }

    /// <summary>
    /// Encodes a trailer section with its empty line (RFC 9112 section 7.1.2) to the end of <paramref name="room"/>, which is as long as the one received.
    /// Returns the length.
    /// </summary>
    public static int EncodeTrailers(MessageHead trailers, Span<byte> room)
    {
        var writer = new HeadWriter(room);
        writer.Prepend("\r\n"u8);
        PrependLines(ref writer, trailers, trailers.Dropped, trailers.LinesStart);
        return writer.Length;
    }

    /// <summary>Writes the runs after fields that are removed or replaced. Returns the end of the run in front of the first of them.</summary>
    private static int PrependFields(ref HeadWriter writer, MessageHead head, FieldSet special, ReadOnlySpan<HeadEdit> edits, int end)
    {
        ReadOnlySpan<byte> bytes = head.AllBytes;
        ReadOnlySpan<Field> fields = head.Fields;
        int edit = edits.Length - 1;
        int edited = edit < 0 ? -1 : edits[edit].Field;
        for (int i = fields.Length - 1; i >= 0; i--)
        {
            ref readonly Field field = ref fields[i];
            if (i != edited && !special.Has(field.Known))
            {
                continue;
            }
            if (end > field.LineEnd)
            {
                writer.Prepend(bytes[field.LineEnd..end]);
            }
            end = field.Name.Start;
            if (i == edited)
            {
                writer.Prepend(bytes[edits[edit].Start..edits[edit].End]);
                edited = --edit < 0 ? -1 : edits[edit].Field;
            }
        }
        return end;
    }
}

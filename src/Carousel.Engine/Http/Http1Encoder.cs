namespace Carousel.Engine.Http;

/// <summary>
/// Encodes heads for an HTTP/1 connection: lines that are kept are copied in runs, edits are applied, the fields of the connection and of the framing
/// are written anew. First the parts are collected, which gives the length, then they are written. The version is always HTTP/1.1 (RFC 9110 section 6.2).
/// </summary>
internal static class Http1Encoder
{
    /// <summary>Writes what was collected last; <paramref name="to"/> has its length.</summary>
    public static void Write(MessageHead head, Span<byte> to)
    {
        head.WriteParts(to);
        head.DropAppended();
    }

    /// <summary>Collects the field lines that are kept or replaced, and the added lines.</summary>
    /// <param name="head">The head.</param>
    /// <param name="special">The fields that are removed.</param>
    /// <param name="run">Where the first run starts.</param>
    public static void CollectLines(MessageHead head, FieldSet special, int run)
    {
        ReadOnlySpan<HeadEdit> edits = head.Edits;
        int edit = 0;
        if (head.Present.HasAny(special) || (!edits.IsEmpty && edits[0].Field != HeadEdit.AfterAll))
        {
            edit = CollectFields(head, special, ref run);
        }
        head.Parts.Add(run, head.LinesEnd);
        foreach (HeadEdit added in edits[edit..])
        {
            head.Parts.Add(added.Start, added.Start + added.Length);
        }
    }

    /// <summary>Collects the encoder's own lines, which start at <paramref name="start"/>, and the empty line. Returns the length of the whole.</summary>
    public static int CollectRest(MessageHead head, int start)
    {
        head.Append("\r\n"u8);
        head.Parts.Add(start, head.End);
        return head.Parts.Length;
    }

    /// <summary>Collects a trailer section with its empty line (RFC 9112 section 7.1.2). Returns the length, which is at most that received.</summary>
    public static int CollectTrailers(MessageHead trailers)
    {
        trailers.Parts.Clear();
        CollectLines(trailers, trailers.Dropped, trailers.LinesStart);
        return CollectRest(trailers, trailers.End);
    }

    /// <summary>Collects field lines up to the last that is removed or replaced. Returns the index of the first edit that follows all fields.</summary>
    private static int CollectFields(MessageHead head, FieldSet special, ref int run)
    {
        ReadOnlySpan<Field> fields = head.Fields;
        ReadOnlySpan<HeadEdit> edits = head.Edits;
        int edit = 0;
        int edited = edits.IsEmpty ? HeadEdit.AfterAll : edits[0].Field;
        for (int i = 0; i < fields.Length; i++)
        {
            ref readonly Field field = ref fields[i];
            if (i != edited && !special.Has(field.Known))
            {
                continue;
            }
            head.Parts.Add(run, field.Name.Start);
            run = field.LineEnd;
            if (i == edited)
            {
                head.Parts.Add(edits[edit].Start, edits[edit].Start + edits[edit].Length);
                edited = ++edit < edits.Length ? edits[edit].Field : HeadEdit.AfterAll;
            }
        }
        return edit;
    }
}

using System.Runtime.CompilerServices;

namespace Carousel.Engine.Http;

/// <summary>
/// The head of a message: the lines as received, the table of its fields, and a list of edits. A parser fills it once; edits are added as they become
/// known; an encoder applies them when the connection is known on which the message is sent, once for each attempt. It owns its bytes, so the buffer
/// in which it was received is free. Reused for many messages; its own worker's thread only.
/// </summary>
/// <remarks>
/// The bytes have the shape of HTTP/1, whatever the protocol:
/// <code>
///   [as received, without the empty line][lines of edits][lines of the next edit]
///   0                                                    _mark                  _end
/// </code>
/// A field of the table is a position in the first part. Nothing moves, so positions stay valid until <see cref="Clear"/>. A head whose fields are all
/// kept is followed by what is added to it, so that it is encoded with one copy.
/// </remarks>
/// <param name="maxFields">The limit of fields.</param>
internal class MessageHead(int maxFields)
{
    /// <summary>Enough for nearly all messages and what is added to them. A larger message grows its arrays.</summary>
    private const int UsualBytes = 2048, UsualEdits = 4;

    /// <summary>CR LF.</summary>
    private const int EmptyLine = 2;

    /// <summary>Arrays larger than this are not kept for the next message.</summary>
    private const int MaxKeptBytes = 16 * 1024;

    private byte[] _bytes = new byte[UsualBytes];
    private readonly Field[] _fields = new Field[maxFields];
    private HeadEdit[] _edits = new HeadEdit[UsualEdits];
    private int _editCount, _end, _mark;

    /// <summary>Bytes as received, including the empty line that ends the head, and an empty line before it, if any. 0 unless it is complete.</summary>
    public int Length { get; private set; }

    /// <summary>Number of fields received.</summary>
    public int FieldCount { get; private set; }

    /// <summary>The fields known to <see cref="FieldName"/> that were received.</summary>
    public FieldSet Present { get; private set; }

    /// <summary>
    /// Fields that are not passed on, whatever the protocol. Encoders drop the fields of the connection and of the framing in addition, and write their own.
    /// </summary>
    public FieldSet Dropped { get; set; }

    /// <summary>Connection names fields that must be removed (<see cref="ConnectionNames"/>).</summary>
    public bool ConnectionNamesFields { get; set; }

    /// <summary>
    /// The body is framed by one field whose line has the one form that is sent (<see cref="FramingLine"/>), so that it need not be written anew.
    /// </summary>
    public bool HasFramingLine { get; set; }

    /// <summary>The bytes as received, without the empty line that ends the head.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, LinesEnd);

    /// <summary>For encoders: the bytes as received and those of edits.</summary>
    public ReadOnlySpan<byte> AllBytes => _bytes.AsSpan(0, _end);

    /// <summary>The position after the last field line.</summary>
    public int LinesEnd { get; private set; }

    /// <summary>The fields as received, in order.</summary>
    public ReadOnlySpan<Field> Fields => _fields.AsSpan(0, FieldCount);

    /// <summary>The edits: those of fields in the order of the fields, then the added lines.</summary>
    public ReadOnlySpan<HeadEdit> Edits => _edits.AsSpan(0, _editCount);

    /// <summary>The position of the first field line.</summary>
    public int LinesStart => FieldCount == 0 ? LinesEnd : _fields[0].Name.Start;

    /// <summary>For the parser: the table, to be filled.</summary>
    public Span<Field> Table => _fields;

    /// <summary>For the parser: the head is complete. Copies its bytes.</summary>
    public void Complete(ReadOnlySpan<byte> received, int fieldCount, FieldSet present)
    {
        Length = received.Length;
        received = received[..^EmptyLine];
        Reserve(received.Length);
        received.CopyTo(_bytes);
        LinesEnd = _end = _mark = received.Length;
        FieldCount = fieldCount;
        Present = present;
    }

    /// <summary>Prepares for the next message.</summary>
    public virtual void Clear()
    {
        if (_bytes.Length > MaxKeptBytes)
        {
            _bytes = new byte[UsualBytes];
        }
        Length = LinesEnd = _end = _mark = FieldCount = _editCount = 0;
        Present = Dropped = default;
        ConnectionNamesFields = HasFramingLine = false;
    }

    /// <summary>Returns the value of the first field with this name, as received; empty if there is none.</summary>
    /// <param name="lowerName">In lower case, and not known to <see cref="FieldName"/>.</param>
    public Slice ValueOf(ReadOnlySpan<byte> lowerName)
    {
        ReadOnlySpan<byte> bytes = Bytes;
        foreach (ref readonly Field field in Fields)
        {
            if (field.Known == FieldName.Other && FieldNames.Is(field.Name.Of(bytes), lowerName))
            {
                return field.Value;
            }
        }
        return default;
    }

    /// <summary>Removes the field at this index. A field has one edit at most.</summary>
    public void Remove(int field) => Insert(new HeadEdit(field, _mark, 0));

    /// <summary>Replaces the field at this index by the lines appended since the last edit; without any, the field is removed.</summary>
    public void Replace(int field)
    {
        Insert(new HeadEdit(field, _mark, _end - _mark));
        _mark = _end;
    }

    /// <summary>Adds the lines appended since the last edit after all fields.</summary>
    public void AddAppended()
    {
        ref HeadEdit last = ref _edits[Math.Max(0, _editCount - 1)];
        if (_editCount > 0 && last.Field == HeadEdit.AfterAll && last.End == _mark)
        {
            last = last with { Length = _end - last.Start };
        }
        else
        {
            Insert(new HeadEdit(HeadEdit.AfterAll, _mark, _end - _mark));
        }
        _mark = _end;
    }

    /// <summary>Adds a line after all fields.</summary>
    /// <param name="nameAndColon"><c>Name: </c></param>
    /// <param name="value">The value.</param>
    public void AddLine(scoped ReadOnlySpan<byte> nameAndColon, scoped ReadOnlySpan<byte> value)
    {
        AppendLine(nameAndColon, value);
        AddAppended();
    }

    /// <summary>Appends bytes, which must end as a whole line. They are part of the message after the next edit.</summary>
    public void Append(scoped ReadOnlySpan<byte> bytes) => bytes.CopyTo(Claim(bytes.Length));

    /// <summary>Appends a line.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AppendLine(scoped ReadOnlySpan<byte> nameAndColon, scoped ReadOnlySpan<byte> value)
    {
        Span<byte> line = Claim(nameAndColon.Length + value.Length + 2);
        nameAndColon.CopyTo(line);
        "\r\n"u8.CopyTo(line[^2..]);
        value.CopyTo(line[nameAndColon.Length..]);
    }

    /// <summary>Appends bytes as received.</summary>
    public void AppendReceived(int start, int end)
    {
        Span<byte> to = Claim(end - start);
        _bytes.AsSpan(start, end - start).CopyTo(to);
    }

    /// <summary>Keeps bytes that are no part of the message. Returns their position.</summary>
    public Slice Keep(scoped ReadOnlySpan<byte> bytes)
    {
        int start = _end;
        Append(bytes);
        _mark = _end;
        return new Slice((ushort)start, (ushort)bytes.Length);
    }

    /// <summary>Drops what was appended since the last edit.</summary>
    public void DropAppended() => _end = _mark;

    private void Insert(HeadEdit edit)
    {
        if (_editCount == _edits.Length)
        {
            Array.Resize(ref _edits, 2 * _edits.Length);
        }
        int at = _editCount++;
        for (; at > 0 && _edits[at - 1].Field > edit.Field; at--)
        {
            _edits[at] = _edits[at - 1];
        }
        _edits[at] = edit;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Span<byte> Claim(int count)
    {
        int start = _end;
        if (count > _bytes.Length - start)
        {
            Reserve(start + count);
        }
        _end = start + count;
        return _bytes.AsSpan(start, count);
    }

    /// <summary>Makes room for this many bytes in all.</summary>
    private void Reserve(int count)
    {
        if (count > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(count + UsualBytes, 2 * _bytes.Length));
        }
    }
}

/// <summary>One edit of a head.</summary>
/// <param name="Field">The field's index, or <see cref="AfterAll"/> for added lines.</param>
/// <param name="Start">Where the new lines start among the head's bytes.</param>
/// <param name="Length">Their length; 0 to remove the field.</param>
internal readonly record struct HeadEdit(int Field, int Start, int Length)
{
    public int End => Start + Length;

    /// <summary>The lines follow all fields.</summary>
    public const int AfterAll = int.MaxValue;
}

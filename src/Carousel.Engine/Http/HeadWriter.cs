using System.Buffers.Text;
using System.Runtime.CompilerServices;

namespace Carousel.Engine.Http;

/// <summary>
/// Writes a rewritten head: runs of original lines, each copied at once, with added lines between them. The caller must provide a large
/// enough buffer; a smaller one is a bug and throws.
/// </summary>
internal ref struct HeadWriter(ReadOnlySpan<byte> original, ReadOnlySpan<Field> fields, Span<byte> output)
{
    private readonly ReadOnlySpan<byte> _original = original;
    private readonly ReadOnlySpan<Field> _fields = fields;
    private readonly Span<byte> _output = output;
    private int _runStart;

    public int Length { get; private set; }

    /// <summary>The head has its framing line, or must have none: no further one is copied.</summary>
    public bool IsFramed { get; set; }

    /// <summary>The name of the cookie removed from Cookie fields, if those are special.</summary>
    public ReadOnlySpan<byte> HiddenCookie { get; set; }

    /// <summary>There is no other cookie: the field is removed as a whole.</summary>
    public bool DropsCookie { get; set; }

    /// <summary>Starts the next run at this position of the original.</summary>
    public void StartRun(int at) => _runStart = at;

    /// <summary>Copies the run up to this position of the original. The next run starts here.</summary>
    public void CopyRun(int end)
    {
        if (end > _runStart)
        {
            Append(_original[_runStart..end]);
            _runStart = end;
        }
    }

    /// <summary>
    /// Continues the run over these fields. Fields in <paramref name="special"/> are removed, except a framing line that may be copied,
    /// fields that Connection could name but does not, and the cookies of a Cookie field that are not hidden.
    /// </summary>
    public void PassFields(int from, int end, FieldSet special)
    {
        foreach (ref readonly Field field in _fields[from..end])
        {
            if (special.Has(field.Known))
            {
                PassSpecial(field, special);
            }
        }
    }

    /// <summary>Inlined, so that constants become a few moves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Append(scoped ReadOnlySpan<byte> bytes) => bytes.CopyTo(Claim(bytes.Length));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AppendLine(scoped ReadOnlySpan<byte> nameAndColon, scoped ReadOnlySpan<byte> value)
    {
        Span<byte> line = Claim(nameAndColon.Length + value.Length + 2);
        nameAndColon.CopyTo(line);
        "\r\n"u8.CopyTo(line[^2..]);
        value.CopyTo(line[nameAndColon.Length..]);
    }

    public void Append(long number)
    {
        Utf8Formatter.TryFormat(number, _output[Length..], out int written);
        Length += written;
    }

    /// <summary>Not inlined: few fields are special, and the loop over all fields must stay small.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void PassSpecial(in Field field, FieldSet special)
    {
        if (!MayStay(field))
        {
            CopyRun(field.Name.Start);
            if (field.Known == FieldName.Cookie && !DropsCookie && !IsNamed(field, special))
            {
                AppendOtherCookies(field);
            }
            _runStart = field.LineEnd;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool MayStay(in Field field)
    {
        if (field.Known is FieldName.Other or FieldName.Authorization)
        {
            return !ConnectionNames.Remove(_original, _fields, field);
        }
        bool isFraming = !IsFramed && FramingLine.MayCopy(_original, field);
        IsFramed |= isFraming;
        return isFraming;
    }

    /// <summary>The fields that Connection could name are special only if it names any.</summary>
    private readonly bool IsNamed(in Field field, FieldSet special) =>
        special.Has(FieldName.Other) && ConnectionNames.Remove(_original, _fields, field);

    /// <summary>
    /// Writes the field's line without the hidden cookie. The other cookies are unchanged; without any, no line is written.
    /// </summary>
    private void AppendOtherCookies(in Field field)
    {
        ReadOnlySpan<byte> value = field.Value.Of(_original);
        var crumbs = new CookieCrumbs(value);
        int before = Length;
        bool any = false, isFirst = true;
        Append(_original[field.Name.Start..field.Value.Start]);
        while (crumbs.MoveNext())
        {
            if (!crumbs.Name.SequenceEqual(HiddenCookie))
            {
                ReadOnlySpan<byte> crumb = value[crumbs.Start..crumbs.End];
                Append(isFirst ? default : ";"u8);
                Append(isFirst ? crumb.TrimStart(" \t"u8) : crumb);
                any |= !crumbs.IsBlank;
                isFirst = false;
            }
        }
        if (any)
        {
            Append(_original[field.Value.End..field.LineEnd]);
        }
        else
        {
            Length = before;
        }
    }

    private Span<byte> Claim(int count)
    {
        Span<byte> claimed = _output.Slice(Length, count);
        Length += count;
        return claimed;
    }
}

using System.Buffers.Text;
using System.Runtime.CompilerServices;

namespace Carousel.Engine.Http;

/// <summary>
/// Writes a head anew: runs of the original's lines, each copied at once, and lines of our own between them. Into a buffer that
/// the caller has made large enough; too small a one is a bug and throws.
/// </summary>
internal ref struct HeadWriter(ReadOnlySpan<byte> original, ReadOnlySpan<Field> fields, Span<byte> output)
{
    private readonly ReadOnlySpan<byte> _original = original;
    private readonly ReadOnlySpan<Field> _fields = fields;
    private readonly Span<byte> _output = output;
    private int _runStart;

    public int Length { get; private set; }

    /// <summary>The head has its framing line, or is to have none: no further one is copied.</summary>
    public bool IsFramed { get; set; }

    /// <summary>The name of the cookie that is left out of Cookie fields, where those are special.</summary>
    public ReadOnlySpan<byte> HiddenCookie { get; set; }

    /// <summary>No other cookie is there: the field goes as a whole.</summary>
    public bool DropsCookie { get; set; }

    /// <summary>The next run to be copied starts here in the original.</summary>
    public void StartRun(int at) => _runStart = at;

    /// <summary>Copies the run, up to here in the original; the next one starts here.</summary>
    public void CopyRun(int end)
    {
        if (end > _runStart)
        {
            Append(_original[_runStart..end]);
            _runStart = end;
        }
    }

    /// <summary>
    /// Goes on with the run over these fields. Of those in <paramref name="special"/>, a framing line that may be copied stays, and
    /// those that Connection may name but does not, and of a Cookie field the cookies that are not hidden; all else there is left out.
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

    /// <summary>Not inlined: few fields are special, and the loop over all of them stays a few instructions.</summary>
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

    /// <summary>Only where Connection names fields are those it may not know special.</summary>
    private readonly bool IsNamed(in Field field, FieldSet special) =>
        special.Has(FieldName.Other) && ConnectionNames.Remove(_original, _fields, field);

    /// <summary>The field's line without the hidden cookie, the others byte for byte; no line if there are none.</summary>
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

namespace Carousel.Engine.Http;

/// <summary>
/// The pairs of a Cookie field's value (RFC 6265 section 4.2.1), split as servers do: at semicolons, with white space trimmed. Text without
/// "=" is a pair without a name.
/// </summary>
internal ref struct CookieCrumbs(ReadOnlySpan<byte> value)
{
    private readonly ReadOnlySpan<byte> _all = value;
    private int _next;
    private int _equals;

    /// <summary>The pair's start: after the preceding semicolon.</summary>
    public int Start { get; private set; }

    /// <summary>The pair's end: its semicolon or the end of the value.</summary>
    public int End { get; private set; }

    /// <summary>The pair is empty or white space.</summary>
    public readonly bool IsBlank => Trim(_all[Start..End]).IsEmpty;

    public readonly ReadOnlySpan<byte> Name => _equals < 0 ? default : Trim(_all[Start..(Start + _equals)]);

    public readonly ReadOnlySpan<byte> Value => Trim(_all[(Start + _equals + 1)..End]);

    public bool MoveNext()
    {
        if (_next > _all.Length)
        {
            return false;
        }
        Start = _next;
        int length = _all[Start..].IndexOf((byte)';');
        End = length < 0 ? _all.Length : Start + length;
        _equals = _all[Start..End].IndexOf((byte)'=');
        _next = End + 1;
        return true;
    }

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text) => text.Trim(" \t"u8);
}

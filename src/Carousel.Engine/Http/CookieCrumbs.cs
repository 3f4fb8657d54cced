namespace Carousel.Engine.Http;

/// <summary>
/// The pairs of a Cookie field's value (RFC 6265 section 4.2.1), read as servers do: between semicolons, white space around them not counted. What has no
/// "=" is a pair without a name.
/// </summary>
internal ref struct CookieCrumbs(ReadOnlySpan<byte> value)
{
    private readonly ReadOnlySpan<byte> _all = value;
    private int _next;
    private int _equals;

    /// <summary>Where the pair starts: behind the semicolon before it.</summary>
    public int Start { get; private set; }

    /// <summary>Where it ends: at its semicolon, or the value's end.</summary>
    public int End { get; private set; }

    /// <summary>Nothing but white space.</summary>
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

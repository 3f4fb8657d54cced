namespace Carousel.Engine.Http;

/// <summary>Enumerates a comma-separated list (RFC 9110 section 5.6.1). Empty elements are skipped, as required.</summary>
internal ref struct TokenList(ReadOnlySpan<byte> value)
{
    private ReadOnlySpan<byte> _rest = value;

    /// <summary>The element without surrounding white space. The caller checks whether it is a token.</summary>
    public ReadOnlySpan<byte> Current { get; private set; }

    public bool MoveNext()
    {
        while (!_rest.IsEmpty)
        {
            int comma = _rest.IndexOf((byte)',');
            ReadOnlySpan<byte> element = comma < 0 ? _rest : _rest[..comma];
            _rest = comma < 0 ? default : _rest[(comma + 1)..];
            Current = element.Trim(" \t"u8);
            if (!Current.IsEmpty)
            {
                return true;
            }
        }
        return false;
    }
}

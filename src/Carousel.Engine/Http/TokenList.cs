namespace Carousel.Engine.Http;

/// <summary>
/// Walks a comma-separated list (RFC 9110 section 5.6.1). Empty elements are passed over, as a recipient has to.
/// </summary>
internal ref struct TokenList(ReadOnlySpan<byte> value)
{
    private ReadOnlySpan<byte> _rest = value;

    /// <summary>The element, without the white space around it. Whether it is a token is for the caller to ask.</summary>
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

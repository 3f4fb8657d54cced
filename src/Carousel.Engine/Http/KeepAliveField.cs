using System.Buffers.Text;

namespace Carousel.Engine.Http;

/// <summary>
/// What a server's Keep-Alive fields say of its connection (RFC 2068 section 19.7.1.1, and what Apache and Node.js send): <c>timeout=N</c>, the seconds that it is kept
/// without a request, and <c>max=N</c>, how many requests it still takes. A server that closes as the next request is under way loses it: in its last second
/// the connection is not used. What is no such number says nothing.
/// </summary>
internal struct KeepAliveField
{
    /// <summary>In seconds, so that its milliseconds are an int: nothing is kept for days.</summary>
    private const int Longest = int.MaxValue / 1000;

    private bool _hasTimeout;
    private int _seconds;

    /// <summary>No time or no request is left.</summary>
    public bool IsOver { get; private set; }

    /// <summary>For so many milliseconds the connection may be used; 0 if nothing is said of it, or it <see cref="IsOver"/>.</summary>
    public readonly int ReusableMs => !_hasTimeout || IsOver ? 0 : (_seconds - 1) * 1000;

    /// <summary>Takes one field's value in. Of several timeouts the shortest counts.</summary>
    public void Take(ReadOnlySpan<byte> value)
    {
        var list = new TokenList(value);
        while (list.MoveNext())
        {
            int equals = list.Current.IndexOf((byte)'=');
            if (equals < 0 || !TryNumber(list.Current[(equals + 1)..].Trim(" \t\""u8), out int number))
            {
                continue;
            }
            ReadOnlySpan<byte> name = list.Current[..equals].Trim(" \t"u8);
            if (FieldNames.Is(name, "timeout"u8))
            {
                _seconds = _hasTimeout ? Math.Min(_seconds, number) : number;
                _hasTimeout = true;
                IsOver |= number <= 1;
            }
            else if (FieldNames.Is(name, "max"u8))
            {
                IsOver |= number == 0;
            }
        }
    }

    /// <summary>A number of any length: what is beyond the longest is that.</summary>
    private static bool TryNumber(ReadOnlySpan<byte> digits, out int number)
    {
        number = Longest;
        if (digits.IsEmpty || digits.IndexOfAnyExceptInRange((byte)'0', (byte)'9') >= 0)
        {
            return false;
        }
        if (Utf8Parser.TryParse(digits, out uint parsed, out int length) && length == digits.Length)
        {
            number = (int)Math.Min(parsed, Longest);
        }
        return true;
    }
}

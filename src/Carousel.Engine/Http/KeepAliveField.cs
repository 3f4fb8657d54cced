using System.Buffers.Text;

namespace Carousel.Engine.Http;

/// <summary>
/// A server's Keep-Alive fields (RFC 2068 section 19.7.1.1, and as Apache and Node.js send them): <c>timeout=N</c>, the seconds for which
/// it keeps an idle connection, and <c>max=N</c>, the requests it still accepts. A request is lost if the server closes while it is in
/// flight, so the connection is not used in its last second. Values that are not numbers are ignored.
/// </summary>
internal struct KeepAliveField
{
    /// <summary>In seconds, so that the milliseconds fit an int. Connections are not kept for days.</summary>
    private const int Longest = int.MaxValue / 1000;

    private bool _hasTimeout;
    private int _seconds;

    /// <summary>No time or no request is left.</summary>
    public bool IsOver { get; private set; }

    /// <summary>
    /// Milliseconds for which the connection may be reused; 0 if the field has no timeout, or if it <see cref="IsOver"/>.
    /// </summary>
    public readonly int ReusableMs => !_hasTimeout || IsOver ? 0 : (_seconds - 1) * 1000;

    /// <summary>Reads one field's value. The shortest of several timeouts applies.</summary>
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

    /// <summary>Parses a number of any length; larger numbers are capped.</summary>
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

using System.Buffers.Text;
using System.Runtime.CompilerServices;

namespace Carousel.Engine.Http;

/// <summary>
/// Writes a head from its end to its beginning, so that it ends where the body begins that follows it, and its length need not be known before. The caller
/// must provide enough room; too little is a bug and throws.
/// </summary>
internal ref struct HeadWriter(Span<byte> room)
{
    private readonly Span<byte> _room = room;
    private int _at = room.Length;

    /// <summary>Bytes written: the last ones of the room.</summary>
    public readonly int Length => _room.Length - _at;

    /// <summary>Writes these bytes in front of what was written. Inlined, so that constants become a few moves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prepend(scoped ReadOnlySpan<byte> bytes)
    {
        int at = _at - bytes.Length;
        bytes.CopyTo(_room[at..]);
        _at = at;
    }

    /// <summary>Writes decimal digits.</summary>
    public void Prepend(long number)
    {
        const int longest = 20;
        Span<byte> digits = stackalloc byte[longest];
        Utf8Formatter.TryFormat(number, digits, out int length);
        Prepend(digits[..length]);
    }
}

using System.Buffers.Binary;

namespace Carousel.Core.Sessions;

/// <summary>
/// A request's fields on their way to the store: for each one byte of the name's length, the name as it came, two bytes of the value's length, the
/// value. Only whole fields; those that do not fit are left out.
/// </summary>
public static class SessionFields
{
    /// <summary>Bytes that a record's fields take at most: some dozen ordinary fields.</summary>
    public const int MaxBytes = 4096;

    /// <summary>Appends a field behind the first <paramref name="length"/> bytes; false if there is no room or the name is too long.</summary>
    public static bool TryAppend(Span<byte> to, ref int length, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        int needs = 1 + name.Length + 2 + value.Length;
        if (name.Length > byte.MaxValue || length + needs > to.Length)
        {
            return false;
        }
        Span<byte> rest = to[length..];
        rest[0] = (byte)name.Length;
        name.CopyTo(rest[1..]);
        rest = rest[(1 + name.Length)..];
        BinaryPrimitives.WriteUInt16LittleEndian(rest, (ushort)value.Length);
        value.CopyTo(rest[2..]);
        length += needs;
        return true;
    }

    /// <summary>Takes the first field off <paramref name="fields"/>; false when there is none left.</summary>
    public static bool TryTake(ref ReadOnlySpan<byte> fields, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        if (fields.IsEmpty)
        {
            name = value = default;
            return false;
        }
        name = fields.Slice(1, fields[0]);
        fields = fields[(1 + name.Length)..];
        value = fields.Slice(2, BinaryPrimitives.ReadUInt16LittleEndian(fields));
        fields = fields[(2 + value.Length)..];
        return true;
    }
}

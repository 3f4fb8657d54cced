using System.Buffers.Binary;

namespace Carousel.Core.Sessions;

/// <summary>
/// Encoding of a request's fields for the queue to the store. Per field: one byte for the name's length, the name as received, two bytes for the
/// value's length, the value. Only whole fields; those that do not fit are omitted.
/// </summary>
public static class SessionFields
{
    /// <summary>Maximum size of a record's fields in bytes: some dozen ordinary fields.</summary>
    public const int MaxBytes = 4096;

    /// <summary>Appends a field after the first <paramref name="length"/> bytes; false if it does not fit or the name is too long.</summary>
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

    /// <summary>Removes the first field from <paramref name="fields"/>; false if none is left.</summary>
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

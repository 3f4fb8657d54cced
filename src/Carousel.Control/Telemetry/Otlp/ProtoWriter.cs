using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace Carousel.Control.Telemetry;

/// <summary>Writes messages of Protocol Buffers (https://protobuf.dev/programming-guides/encoding). One thread at a time.</summary>
/// <param name="to">The output.</param>
internal sealed class ProtoWriter(ByteBuffer to)
{
    /// <summary>
    /// Bytes reserved for a message's length, which is known only at its end: a four-byte varint, padded if necessary. Readers must accept padding, and
    /// messages are below 256 MB.
    /// </summary>
    private const int LengthBytes = 4;

    private const int VarintType = 0, Fixed64Type = 1, BytesType = 2, Fixed32Type = 5;

    /// <summary>Begins a nested message in this field; pass the result to <see cref="End"/>.</summary>
    public int Begin(int field)
    {
        Tag(field, BytesType);
        to.Extend(LengthBytes);
        return to.Length;
    }

    /// <summary>Ends the nested message that began at this position.</summary>
    public void End(int begun)
    {
        int length = to.Length - begun;
        Span<byte> at = to.From(begun - LengthBytes);
        for (int i = 0; i < LengthBytes; i++)
        {
            at[i] = (byte)((length >> (7 * i) & 0x7F) | (i == LengthBytes - 1 ? 0 : 0x80));
        }
    }

    public void Varint(int field, ulong value)
    {
        Tag(field, VarintType);
        Varint(value);
    }

    public void Fixed64(int field, ulong value)
    {
        Tag(field, Fixed64Type);
        Fixed64(value);
    }

    /// <summary>One value of a packed field.</summary>
    public void Fixed64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(to.Extend(sizeof(ulong)), value);

    public void Fixed32(int field, uint value)
    {
        Tag(field, Fixed32Type);
        BinaryPrimitives.WriteUInt32LittleEndian(to.Extend(sizeof(uint)), value);
    }

    public void Double(int field, double value) => Fixed64(field, BitConverter.DoubleToUInt64Bits(value));

    public void Bytes(int field, ReadOnlySpan<byte> value)
    {
        Tag(field, BytesType);
        Varint((ulong)value.Length);
        to.Append(value);
    }

    public void Text(int field, string value)
    {
        Tag(field, BytesType);
        Varint((ulong)Encoding.UTF8.GetByteCount(value));
        to.Append(value);
    }

    /// <summary>Text from a client: invalid UTF-8 becomes U+FFFD, because readers reject a message with invalid UTF-8.</summary>
    public void Text(int field, ReadOnlySpan<byte> value)
    {
        if (Utf8.IsValid(value))
        {
            Bytes(field, value);
        }
        else
        {
            Text(field, Encoding.UTF8.GetString(value));
        }
    }

    private void Tag(int field, int type) => Varint((ulong)(field << 3 | type));

    private void Varint(ulong value)
    {
        while (value > 0x7F)
        {
            to.Append((byte)(value | 0x80));
            value >>= 7;
        }
        to.Append((byte)value);
    }
}

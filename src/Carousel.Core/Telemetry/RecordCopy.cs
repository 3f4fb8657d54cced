using System.Runtime.CompilerServices;

namespace Carousel.Core.Telemetry;

/// <summary>A reader's copy of a record; reusable.</summary>
public sealed class RecordCopy
{
    private readonly RecordRing.Header[] _header = new RecordRing.Header[1];
    private byte[] _texts = new byte[1024];

    /// <summary>The fixed-size part.</summary>
    public ref readonly RequestRecord Record => ref _header[0].Record;

    /// <summary>One of the texts; valid until the next record is read.</summary>
    public ReadOnlySpan<byte> Text(RecordText text)
    {
        int start = 0;
        for (int i = 0; i < (int)text; i++)
        {
            start += _header[0].Lengths[i];
        }
        return _texts.AsSpan(start, _header[0].Lengths[(int)text]);
    }

    /// <summary>Copies an entry; false if it is invalid because it is being overwritten.</summary>
    internal bool Take(ReadOnlySpan<byte> entry, int headerBytes)
    {
        _header[0] = Unsafe.ReadUnaligned<RecordRing.Header>(in entry[0]);
        int total = _header[0].Lengths.Total;
        if (total > entry.Length - headerBytes)
        {
            return false;
        }
        if (_texts.Length < total)
        {
            _texts = new byte[Math.Max(total, 2 * _texts.Length)];
        }
        entry.Slice(headerBytes, total).CopyTo(_texts);
        return true;
    }
}

using System.Text;

namespace Carousel.Demo;

/// <summary>Reads lines and bodies of HTTP from a stream.</summary>
internal sealed class DemoReader(Stream stream)
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;

    /// <summary>The next line without its line end; null at the end of the stream.</summary>
    public async ValueTask<string?> ReadLine()
    {
        while (true)
        {
            int length = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            if (length >= 0)
            {
                string line = Encoding.Latin1.GetString(_buffer, _start, length).TrimEnd('\r');
                _start += length + 1;
                return line;
            }
            if (!await Fill().ConfigureAwait(false))
            {
                return null;
            }
        }
    }

    /// <summary>Skips <paramref name="count"/> bytes.</summary>
    public async ValueTask Skip(long count)
    {
        while (true)
        {
            int taken = (int)Math.Min(count, _end - _start);
            _start += taken;
            count -= taken;
            if (count == 0)
            {
                return;
            }
            if (!await Fill().ConfigureAwait(false))
            {
                throw new InvalidDataException("the body is cut short");
            }
        }
    }

    private async ValueTask<bool> Fill()
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        if (_end == _buffer.Length)
        {
            throw new InvalidDataException("a line is too long");
        }
        int read = await stream.ReadAsync(_buffer.AsMemory(_end)).ConfigureAwait(false);
        _end += read;
        return read != 0;
    }
}

using System.Runtime.CompilerServices;

namespace Carousel.Engine.Http;

/// <summary>
/// Finds the data of a chunked body and where it ends (RFC 9112 section 7.1), however its bytes are split. As strict as the head parsers:
/// every line ends with CR LF, no control characters except tab. Limits the overhead.
/// </summary>
/// <remarks>
/// A trailer section is left to <see cref="TrailerReader"/>. Nearly all bodies have none: they end here, with their empty line.
/// Start with <c>default</c> or <see cref="Reset"/>. After <see cref="ParseStatus.Rejected"/> only <see cref="Reset"/> may be called.
/// </remarks>
internal struct ChunkDecoder
{
    /// <summary>
    /// Maximum bytes of chunk extensions in excess of the data received so far. A sender must therefore send about as much data as
    /// discarded extensions.
    /// </summary>
    private const int MaxOverhead = 16 * 1024;

    /// <summary>Enough for any size that fits 63 bits, but not for endless zeros.</summary>
    private const int MaxSizeDigits = 16;

    private State _state;
    private byte _sizeDigits;
    private int _overhead;

    /// <summary>Size or remaining bytes of the chunk.</summary>
    private ulong _left;

    private enum State : byte
    {
        Size,
        SizeSpace,
        Extension,
        SizeLineFeed,
        Data,
        DataReturn,
        DataLineFeed,
        LastChunk,
        EndLineFeed,

        // From here on no byte is consumed.
        Done,
        Trailers,
    }

    /// <summary>The last chunk was read, and a trailer section follows; it starts with the first byte that is not consumed.</summary>
    public readonly bool HasTrailers => _state == State.Trailers;

    /// <summary>Prepares for the next body.</summary>
    public void Reset() => this = default;

    /// <summary>Reads until the input is used up, a run of data ends, or the last chunk ends.</summary>
    /// <param name="input">The bytes after those consumed so far.</param>
    /// <param name="consumed">The number of bytes consumed.</param>
    /// <param name="dataStart">The start of the run of data found in the input.</param>
    /// <param name="dataLength">The run's length; 0 if none was found.</param>
    /// <returns>
    /// <see cref="ParseStatus.Complete"/>: the last chunk ended. The next bytes are the trailer section (<see cref="HasTrailers"/>), or the
    /// body ended too, and they belong to the next message.
    /// <see cref="ParseStatus.NeedMore"/>: the body continues; if not all was consumed, call again with the rest.
    /// <see cref="ParseStatus.Rejected"/>: malformed; the counts are undefined.
    /// </returns>
    public ParseStatus Read(ReadOnlySpan<byte> input, out int consumed, out int dataStart, out int dataLength)
    {
        dataStart = 0;
        dataLength = 0;
        int position = 0;
        while (position < input.Length && _state < State.Done)
        {
            if (_state == State.Data)
            {
                dataStart = position;
                dataLength = (int)Math.Min(_left, (ulong)(input.Length - position));
                _left -= (ulong)dataLength;
                _state = _left == 0 ? State.DataReturn : State.Data;
                _overhead = Math.Max(0, _overhead - dataLength);
                consumed = position + dataLength;
                return ParseStatus.NeedMore;
            }
            if (_state == State.LastChunk && input[position] != (byte)'\r')
            {
                _state = State.Trailers;
                break;
            }
            if (!Take(input[position++]))
            {
                consumed = 0;
                return ParseStatus.Rejected;
            }
        }
        consumed = position;
        return _state >= State.Done ? ParseStatus.Complete : ParseStatus.NeedMore;
    }

    /// <summary>As <see cref="Read"/>, for callers that need only the end of the body: consumes all runs of data in the input.</summary>
    public ParseStatus Skip(ReadOnlySpan<byte> input, out int consumed)
    {
        consumed = 0;
        ParseStatus status;
        do
        {
            status = Read(input[consumed..], out int taken, out _, out _);
            consumed += taken;
        }
        while (status == ParseStatus.NeedMore && consumed < input.Length);
        return status;
    }

    /// <summary>Consumes a byte that is not data; false if it is not allowed here.</summary>
    private bool Take(byte value)
    {
        switch (_state)
        {
            case State.Size:
                return TakeSize(value);
            case State.SizeSpace:
                return value is (byte)' ' or (byte)'\t' ? Count() : Enter(State.Extension, value == (byte)';');
            case State.Extension:
                return value == (byte)'\r' ? Enter(State.SizeLineFeed) : IsValue(value) && Count();
            case State.SizeLineFeed:
                return Enter(_left == 0 ? State.LastChunk : State.Data, value == (byte)'\n');
            case State.DataReturn:
                return Enter(State.DataLineFeed, value == (byte)'\r');
            case State.DataLineFeed:
                _sizeDigits = 0;
                return Enter(State.Size, value == (byte)'\n');
            case State.LastChunk:
                return Enter(State.EndLineFeed);
            default:
                return Enter(State.Done, value == (byte)'\n');
        }
    }

    private bool TakeSize(byte value)
    {
        int digit = HexDigit(value);
        if (digit >= 0)
        {
            // The last test keeps the size within 63 bits.
            _left = (_left << 4) | (uint)digit;
            return ++_sizeDigits <= MaxSizeDigits && _left <= long.MaxValue;
        }
        if (_sizeDigits == 0)
        {
            return false;
        }
        return value switch
        {
            (byte)'\r' => Enter(State.SizeLineFeed),
            (byte)';' => Enter(State.Extension),
            // RFC 9112 section 7.1.1 allows white space only before an extension.
            (byte)' ' or (byte)'\t' => Enter(State.SizeSpace),
            _ => false,
        };
    }

    private bool Enter(State next, bool isAllowed = true)
    {
        _state = next;
        return isAllowed;
    }

    private bool Count() => ++_overhead <= MaxOverhead;

    private static bool IsValue(byte value) => value >= 0x20 ? value != 0x7f : value == (byte)'\t';

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int HexDigit(byte value)
    {
        if ((uint)(value - '0') <= 9)
        {
            return value - '0';
        }
        int letter = (value | 0x20) - 'a';
        return (uint)letter <= 5 ? letter + 10 : -1;
    }
}

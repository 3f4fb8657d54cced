using System.Runtime.CompilerServices;

namespace Carousel.Engine.Http;

/// <summary>
/// Finds the data and the end of a chunked body (RFC 9112 section 7.1), however its bytes are split. As strict as the head parsers: every
/// line ends with CR LF, no control characters except tab, no folded or forbidden trailers. Limits the overhead.
/// </summary>
/// <remarks>
/// Start with <c>default</c> or <see cref="Reset"/>. After <see cref="ParseStatus.Rejected"/> only <see cref="Reset"/> may be called.
/// </remarks>
internal struct ChunkDecoder
{
    /// <summary>
    /// Maximum bytes of the trailer section, and maximum bytes of chunk extensions in excess of the data received so far. A sender
    /// must therefore send about as much data as discarded extensions.
    /// </summary>
    public const int MaxTrailer = 16 * 1024;

    /// <summary>Enough for any size that fits 63 bits, but not for endless zeros.</summary>
    private const int MaxSizeDigits = 16;

    private State _state;
    private byte _sizeDigits;
    private bool _isForbiddenTrailer;
    private int _overhead;

    /// <summary>Size or remaining bytes of the chunk; the hash of the name while a trailer name is read.</summary>
    private ulong _value;

    private enum State : byte
    {
        Size,
        SizeSpace,
        Extension,
        SizeLineFeed,
        Data,
        DataReturn,
        DataLineFeed,
        TrailerStart,
        TrailerName,
        TrailerValue,
        TrailerLineFeed,
        EndLineFeed,
        Done,
    }

    /// <summary>The empty line after the last chunk and the trailers was read.</summary>
    public readonly bool IsDone => _state == State.Done;

    /// <summary>Prepares for the next body.</summary>
    public void Reset() => this = default;

    /// <summary>Reads until the input is used up, a run of data ends, or the body ends.</summary>
    /// <param name="input">The bytes after those consumed so far.</param>
    /// <param name="consumed">The number of bytes consumed.</param>
    /// <param name="dataStart">The start of the run of data found in the input.</param>
    /// <param name="dataLength">The run's length; 0 if none was found.</param>
    /// <returns>
    /// <see cref="ParseStatus.Complete"/>: the body ended; the next bytes belong to the next message.
    /// <see cref="ParseStatus.NeedMore"/>: the body continues; if not all was consumed, call again with the rest.
    /// <see cref="ParseStatus.Rejected"/>: malformed; the counts are undefined.
    /// </returns>
    public ParseStatus Read(ReadOnlySpan<byte> input, out int consumed, out int dataStart, out int dataLength)
    {
        dataStart = 0;
        dataLength = 0;
        int position = 0;
        while (position < input.Length && _state != State.Done)
        {
            if (_state == State.Data)
            {
                dataStart = position;
                dataLength = (int)Math.Min(_value, (ulong)(input.Length - position));
                _value -= (ulong)dataLength;
                _state = _value == 0 ? State.DataReturn : State.Data;
                _overhead = Math.Max(0, _overhead - dataLength);
                consumed = position + dataLength;
                return ParseStatus.NeedMore;
            }
            if (!Take(input[position++]))
            {
                consumed = 0;
                return ParseStatus.Rejected;
            }
        }
        consumed = position;
        return _state == State.Done ? ParseStatus.Complete : ParseStatus.NeedMore;
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
                return Enter(_value == 0 ? State.TrailerStart : State.Data, value == (byte)'\n');
            case State.DataReturn:
                return Enter(State.DataLineFeed, value == (byte)'\r');
            case State.DataLineFeed:
                _sizeDigits = 0;
                return Enter(State.Size, value == (byte)'\n');
            case State.EndLineFeed:
                return Enter(State.Done, value == (byte)'\n');
            default:
                return TakeTrailer(value);
        }
    }

    private bool TakeSize(byte value)
    {
        int digit = HexDigit(value);
        if (digit >= 0)
        {
            // The last test keeps the size within 63 bits.
            _value = (_value << 4) | (uint)digit;
            return ++_sizeDigits <= MaxSizeDigits && _value <= long.MaxValue;
        }
        if (_sizeDigits == 0)
        {
            return false;
        }
        if (_value == 0)
        {
            _overhead = 0;
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

    private bool TakeTrailer(byte value)
    {
        switch (_state)
        {
            case State.TrailerStart when value == (byte)'\r':
                return Enter(State.EndLineFeed);
            case State.TrailerStart:
                _value = TrailerNames.EmptyHash;
                _isForbiddenTrailer = false;
                _state = State.TrailerName;
                return IsToken(value) && TakeTrailerName(value);
            case State.TrailerName when value == (byte)':':
                return !_isForbiddenTrailer && !TrailerNames.IsForbidden(_value) && Enter(State.TrailerValue) && Count();
            case State.TrailerName:
                return IsToken(value) && TakeTrailerName(value);
            case State.TrailerValue:
                return value == (byte)'\r' ? Enter(State.TrailerLineFeed) : IsValue(value) && Count();
            default:
                return Enter(State.TrailerStart, value == (byte)'\n') && Count();
        }
    }

    private bool TakeTrailerName(byte value)
    {
        _value = TrailerNames.Add(_value, value);
        _isForbiddenTrailer |= TrailerNames.IsForbiddenPrefix(_value);
        return Count();
    }

    private bool Enter(State next, bool isAllowed = true)
    {
        _state = next;
        return isAllowed;
    }

    private bool Count() => ++_overhead <= MaxTrailer;

    private static bool IsToken(byte value) => Scan.IsAll<TokenBytes>(new ReadOnlySpan<byte>(in value));

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

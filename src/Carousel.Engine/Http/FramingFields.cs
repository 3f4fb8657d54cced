using System.Text;
using Carousel.Core.Telemetry;

namespace Carousel.Engine.Http;

/// <summary>
/// Body framing and connection handling, collected from the fields. Shared by requests and responses: whatever it refuses is ambiguous in
/// both.
/// </summary>
internal struct FramingFields
{
    /// <summary>
    /// Maximum elements of all Connection fields of a head together. Each field of the head is compared with each element, so without
    /// a limit a small head could cost millions of comparisons. Real heads have a handful at most.
    /// </summary>
    public const int MaxConnectionOptions = 32;

    private bool _hasLine;
    private bool _hasUpgradeField;
    private bool _hasUpgradeOption;
    private bool _offersHttp2;
    private int _connectionOptions;

    public bool HasContentLength { get; private set; }

    public bool IsChunked { get; private set; }

    /// <summary>Defined if <see cref="HasContentLength"/>.</summary>
    public long ContentLength { get; private set; }

    /// <inheritdoc cref="MessageHead.HasFramingLine"/>
    public bool HasFramingLine { get; private set; }

    public bool HasClose { get; private set; }

    public bool HasKeepAlive { get; private set; }

    /// <summary>Connection names a field that must be removed.</summary>
    public bool NamesFields { get; private set; }

    /// <summary>
    /// An upgrade that is passed on. An upgrade to HTTP/2 in clear text is not: requests inside such a tunnel would reach the server
    /// unchecked. An upgrade may be ignored (RFC 9110 section 7.8).
    /// </summary>
    public readonly bool IsUpgrade => _hasUpgradeOption && _hasUpgradeField && !_offersHttp2;

    /// <summary>Accepts <c>1*DIGIT</c>, once or with the same value each time (RFC 9112 section 6.3).</summary>
    public FailureReason TakeContentLength(ref byte start, in Field field)
    {
        ReadOnlySpan<byte> value = field.Value.Of(ref start);
        if (!TryParseLength(value, out long length) || (HasContentLength && length != ContentLength))
        {
            return FailureReason.BadContentLength;
        }
        NoteLine(ref start, field);
        HasContentLength = true;
        ContentLength = length;
        return IsChunked ? FailureReason.AmbiguousLength : FailureReason.None;
    }

    /// <summary>
    /// Accepts <c>chunked</c> only, and once. In an HTTP/1.0 message the framing is considered faulty (RFC 9112 section 6.1).
    /// </summary>
    public FailureReason TakeTransferEncoding(ref byte start, in Field field, bool isHttp10)
    {
        if (IsChunked || !Ascii.EqualsIgnoreCase(field.Value.Of(ref start), "chunked"u8))
        {
            return FailureReason.UnsupportedTransferCoding;
        }
        NoteLine(ref start, field);
        IsChunked = true;
        return HasContentLength || isHttp10 ? FailureReason.AmbiguousLength : FailureReason.None;
    }

    /// <summary><c>#connection-option</c> (RFC 9110 section 7.6.1).</summary>
    public FailureReason TakeConnection(ReadOnlySpan<byte> value)
    {
        // In nearly all cases the value is one of the three known options.
        if (TakeOption(value))
        {
            _connectionOptions++;
            return _connectionOptions > MaxConnectionOptions ? FailureReason.BadHeader : FailureReason.None;
        }
        _connectionOptions += value.Count((byte)',') + 1;
        if (_connectionOptions > MaxConnectionOptions)
        {
            return FailureReason.BadHeader;
        }
        var options = new TokenList(value);
        while (options.MoveNext())
        {
            if (!Scan.IsAll<TokenBytes>(options.Current))
            {
                return FailureReason.BadHeader;
            }
            NamesFields |= !TakeOption(options.Current) && ConnectionNames.MayRemove(options.Current);
        }
        return FailureReason.None;
    }

    public void TakeUpgrade(ReadOnlySpan<byte> value)
    {
        _hasUpgradeField = true;
        var protocols = new TokenList(value);
        while (protocols.MoveNext())
        {
            ReadOnlySpan<byte> protocol = protocols.Current;
            _offersHttp2 |= protocol.Length >= 2 && Ascii.EqualsIgnoreCase(protocol[..2], "h2"u8);
        }
    }

    private void NoteLine(ref byte start, in Field field)
    {
        HasFramingLine = !_hasLine && FramingLine.MayCopy(ref start, field);
        _hasLine = true;
    }

    /// <summary>Returns false if the option is not known.</summary>
    private bool TakeOption(ReadOnlySpan<byte> option)
    {
        if (FieldNames.Is(option, "keep-alive"u8))
        {
            return HasKeepAlive = true;
        }
        if (FieldNames.Is(option, "close"u8))
        {
            return HasClose = true;
        }
        if (FieldNames.Is(option, "upgrade"u8))
        {
            return _hasUpgradeOption = true;
        }
        return false;
    }

    private static bool TryParseLength(ReadOnlySpan<byte> value, out long length)
    {
        length = 0;
        foreach (byte character in value)
        {
            int digit = character - '0';
            // The exact division is needed only for numbers near the limit.
            if ((uint)digit > 9 || (length >= long.MaxValue / 10 && length > (long.MaxValue - digit) / 10))
            {
                return false;
            }
            length = (length * 10) + digit;
        }
        return !value.IsEmpty;
    }
}

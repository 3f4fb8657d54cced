using System.Collections.Immutable;
using System.Globalization;

namespace Carousel.Core.Health;

/// <summary>A set of HTTP statuses, written as <c>200-399,404</c>.</summary>
public sealed class StatusSet
{
    private const int Min = 100;
    private const int Max = 599;

    private readonly ImmutableArray<(int First, int Last)> _ranges;

    private StatusSet(ImmutableArray<(int First, int Last)> ranges) => _ranges = ranges;

    /// <summary>Success and redirects: 200-399.</summary>
    public static StatusSet Default { get; } = new([(200, 399)]);

    /// <summary>Statuses of a gateway whose server is unavailable: 502-504 (RFC 9110 section 15.6).</summary>
    public static StatusSet Gateway { get; } = new([(502, 504)]);

    /// <summary>Null if the text is not a list of statuses and ranges, each from 100 to 599.</summary>
    public static StatusSet? TryParse(string text)
    {
        var ranges = ImmutableArray.CreateBuilder<(int First, int Last)>();
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            string[] ends = part.Split('-');
            if (ends.Length > 2 || Status(ends[0]) is not { } first || Status(ends[^1]) is not { } last || first > last)
            {
                return null;
            }
            ranges.Add((first, last));
        }
        return new StatusSet(ranges.ToImmutable());
    }

    /// <summary>True if the status is in the set. Allocates nothing: called for every response.</summary>
    public bool Contains(int status)
    {
        foreach ((int first, int last) in _ranges)
        {
            if (status >= first && status <= last)
            {
                return true;
            }
        }
        return false;
    }

    /// <inheritdoc/>
    public override string ToString() =>
        string.Join(',', _ranges.Select(range => range.First == range.Last ? $"{range.First}" : $"{range.First}-{range.Last}"));

    private static int? Status(string text) =>
        text.Length == 3 && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int status) && status is >= Min and <= Max
            ? status
            : null;
}

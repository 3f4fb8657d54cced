using System.Globalization;

namespace Carousel.Core.Config;

/// <summary>Durations as text: <c>500ms</c>, <c>10s</c>, <c>2m</c>, <c>1h</c>, <c>1m30s</c>. Larger units first, each at most once.</summary>
public static class Durations
{
    private static readonly (string Unit, long Milliseconds)[] Units = [("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

    /// <summary>False if the text is not a duration, has a number without a unit, or exceeds a year.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        const int maxDigits = 8;
        TimeSpan sum = default;
        int unitsBefore = 0, at = 0;
        while (at < text.Length)
        {
            int digits = text.AsSpan(at).IndexOfAnyExceptInRange('0', '9');
            if (digits is < 1 or > maxDigits)
            {
                return false;
            }
            long number = long.Parse(text.AsSpan(at, digits), NumberStyles.None, CultureInfo.InvariantCulture);
            at += digits;
            int unit = UnitAt(text.AsSpan(at));
            if (unit < unitsBefore)
            {
                return false;
            }
            sum += TimeSpan.FromMilliseconds(number * Units[unit].Milliseconds);
            at += Units[unit].Unit.Length;
            unitsBefore = unit + 1;
        }
        duration = sum;
        return text.Length != 0 && sum <= TimeSpan.FromDays(365);
    }

    /// <summary>Text that parses to the same duration, to the millisecond, in the largest unit that suffices alone: <c>75s</c>, <c>2m</c>.</summary>
    public static string Format(TimeSpan duration)
    {
        long total = (long)duration.TotalMilliseconds;
        foreach ((string unit, long milliseconds) in Units)
        {
            if (total >= milliseconds && total % milliseconds == 0)
            {
                return $"{total / milliseconds}{unit}";
            }
        }
        return "0s";
    }

    /// <summary>Index of the unit at the start of the text, -1 if none.</summary>
    private static int UnitAt(ReadOnlySpan<char> text) => text switch
    {
        ['m', 's', ..] => 3,
        ['s', ..] => 2,
        ['m', ..] => 1,
        ['h', ..] => 0,
        _ => -1,
    };
}

using System.Globalization;

namespace Carousel.Core.Config;

/// <summary>Sizes as text: bytes, or <c>16k</c>, <c>1m</c>, <c>1g</c> in steps of 1024.</summary>
public static class Sizes
{
    private static readonly (char Unit, long Bytes)[] Units = [('g', 1L << 30), ('m', 1L << 20), ('k', 1L << 10)];

    /// <summary>False if the text is not a size.</summary>
    public static bool TryParse(string text, out long bytes)
    {
        const int maxDigits = 9;
        long factor = 1;
        string digits = text;
        foreach ((char unit, long unitBytes) in Units)
        {
            if (text.Length != 0 && char.ToLowerInvariant(text[^1]) == unit)
            {
                factor = unitBytes;
                digits = text[..^1];
            }
        }
        bytes = 0;
        if (digits.Length > maxDigits || !long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long number))
        {
            return false;
        }
        bytes = number * factor;
        return true;
    }

    /// <summary>The shortest text that parses to the same size.</summary>
    public static string Format(long bytes)
    {
        foreach ((char unit, long unitBytes) in Units)
        {
            if (bytes >= unitBytes && bytes % unitBytes == 0)
            {
                return $"{bytes / unitBytes}{unit}";
            }
        }
        return bytes.ToString(CultureInfo.InvariantCulture);
    }
}

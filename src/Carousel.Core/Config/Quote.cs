using System.Text;

namespace Carousel.Core.Config;

/// <summary>Quotes user input in a message: always on one line.</summary>
public static class Quote
{
    /// <summary>Enough to identify a token; bounds the message when the line is a megabyte.</summary>
    private const int MaxShown = 64;

    /// <summary>The text in double quotes. Control characters and surrogates are escaped as <c>\u001b</c>; long text ends in <c>...</c>.</summary>
    public static string Of(ReadOnlySpan<char> text)
    {
        var quoted = new StringBuilder(text.Length + 2);
        quoted.Append('"');
        foreach (char c in text[..Math.Min(text.Length, MaxShown)])
        {
            if (char.IsControl(c) || char.IsSurrogate(c))
            {
                quoted.Append("\\u").Append(((int)c).ToString("x4"));
            }
            else
            {
                quoted.Append(c);
            }
        }
        return quoted.Append(text.Length > MaxShown ? "...\"" : "\"").ToString();
    }
}

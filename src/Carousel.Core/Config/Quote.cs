using System.Text;

namespace Carousel.Core.Config;

/// <summary>Shows what a person wrote inside a message: in quotes, on one line, whatever it was.</summary>
public static class Quote
{
    /// <summary>Enough to recognise a token by; a line of a megabyte must not become a message of a megabyte.</summary>
    private const int MaxShown = 64;

    /// <summary>The text in double quotes; control and unpaired characters as <c>\u001b</c>, the end of long text as <c>...</c>.</summary>
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

namespace Carousel.Core.Config;

/// <summary>A word of a line and its position.</summary>
/// <param name="Text">Without blanks.</param>
/// <param name="Column">From 1.</param>
internal readonly record struct LineToken(string Text, int Column);

/// <summary>Splits a line into words at spaces and tabs; a word that begins with <c>#</c> ends the line.</summary>
internal static class LineTokens
{
    public static List<LineToken> Split(ReadOnlySpan<char> line)
    {
        var tokens = new List<LineToken>();
        int at = 0;
        while (at < line.Length)
        {
            if (line[at] is ' ' or '\t')
            {
                at++;
                continue;
            }
            if (line[at] == '#')
            {
                break;
            }
            int length = line[at..].IndexOfAny(' ', '\t');
            length = length < 0 ? line.Length - at : length;
            tokens.Add(new LineToken(line.Slice(at, length).ToString(), at + 1));
            at += length;
        }
        return tokens;
    }
}

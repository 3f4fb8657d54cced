namespace Carousel.Core.Config;

/// <summary>Finds the known word closest to a mistyped one, for "did you mean".</summary>
public static class Suggestion
{
    /// <summary>Longer words are not typing mistakes; the limit bounds the cost.</summary>
    private const int MaxLength = 32;

    /// <summary>The closest of <paramref name="known"/>; null if more than a third of the letters differ from every one.</summary>
    public static string? For(string word, IEnumerable<string> known)
    {
        if (word.Length > MaxLength)
        {
            return null;
        }
        string? best = null;
        int bestDistance = int.MaxValue;
        foreach (string candidate in known)
        {
            int distance = Distance(word.ToLowerInvariant(), candidate);
            if (distance < bestDistance && distance <= Math.Max(1, candidate.Length / 3))
            {
                (best, bestDistance) = (candidate, distance);
            }
        }
        return best;
    }

    /// <summary>Levenshtein distance (insert, delete, replace), computed one row at a time.</summary>
    private static int Distance(string from, string to)
    {
        Span<int> row = stackalloc int[MaxLength + 1];
        for (int column = 0; column <= from.Length; column++)
        {
            row[column] = column;
        }
        foreach (char letter in to)
        {
            int diagonal = row[0]++;
            for (int column = 1; column <= from.Length; column++)
            {
                int replaced = diagonal + (from[column - 1] == letter ? 0 : 1);
                diagonal = row[column];
                row[column] = Math.Min(replaced, Math.Min(row[column - 1], diagonal) + 1);
            }
        }
        return row[from.Length];
    }
}

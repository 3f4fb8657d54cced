namespace Carousel.Tests.Http;

/// <summary>Creates slightly invalid messages from valid ones.</summary>
internal static class Mutation
{
    /// <summary>
    /// Makes one to three changes: a byte, a line of another message, a repeated or removed run. Fewer would miss combinations, more would
    /// only add noise.
    /// </summary>
    public static byte[] Of(Random random, byte[][] seeds)
    {
        List<byte> bytes = [.. seeds[random.Next(seeds.Length)]];
        for (int change = random.Next(1, 4); change > 0; change--)
        {
            int at = random.Next(bytes.Count + 1);
            int length = Math.Min(random.Next(1, 12), bytes.Count - at);
            switch (random.Next(6))
            {
                case 0 when at < bytes.Count:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.Insert(at, "\r\n\0\t :,;#%/@[]*?0x"u8[random.Next(18)]);
                    break;
                case 2:
                    bytes.RemoveRange(at, length);
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.GetRange(at, length));
                    break;
                default:
                    InsertLine(random, bytes, seeds[random.Next(seeds.Length)]);
                    break;
            }
        }
        return [.. bytes];
    }

    private static void InsertLine(Random random, List<byte> bytes, byte[] other)
    {
        string[] lines = Corpus.Text(other).Split("\r\n");
        int[] starts = [.. Enumerable.Range(2, Math.Max(0, bytes.Count - 2)).Where(i => bytes[i - 2] == '\r' && bytes[i - 1] == '\n')];
        if (starts.Length > 0)
        {
            bytes.InsertRange(starts[random.Next(starts.Length)], Corpus.Bytes(lines[random.Next(lines.Length)] + "\r\n"));
        }
    }
}

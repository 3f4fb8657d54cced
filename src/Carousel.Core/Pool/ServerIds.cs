using System.Security.Cryptography;
using System.Text;

namespace Carousel.Core.Pool;

/// <summary>
/// Ids of servers: the beginning of the SHA-256 of the canonical URL in hexadecimal. They depend on the set of URLs only, not on the
/// order of the file, so that every replica and every start of the balancer computes the same.
/// </summary>
internal static class ServerIds
{
    /// <summary>40 bits: among a thousand servers two agree once in two million sets; those get longer ids.</summary>
    public const int Length = 10;

    /// <summary>An id for each URL, in their order. URLs must differ from each other.</summary>
    public static string[] For(IReadOnlyList<string> urls) => For(urls, Hash);

    /// <summary>As above with a hash of one's own: different texts of the same length for different URLs.</summary>
    public static string[] For(IReadOnlyList<string> urls, Func<string, string> hash)
    {
        string[] hashes = [.. urls.Select(hash)];
        string[] ids = [.. hashes.Select(h => h[..Length])];
        foreach (IGrouping<string, int> alike in Enumerable.Range(0, ids.Length).GroupBy(i => ids[i]).Where(group => group.Count() > 1).ToList())
        {
            foreach (int index in alike)
            {
                ids[index] = hashes[index][..(1 + alike.Where(other => other != index).Max(other => CommonPrefix(hashes[index], hashes[other])))];
            }
        }
        return ids;
    }

    private static int CommonPrefix(string a, string b) => a.AsSpan().CommonPrefixLength(b);

    private static string Hash(string url) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(url)));
}

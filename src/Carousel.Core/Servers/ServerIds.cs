using System.Text;

namespace Carousel.Core.Servers;

/// <summary>
/// Server ids: a prefix of the 128-bit FNV-1a hash of the canonical URL, in hexadecimal. They depend on the set of URLs only, not on file order, so
/// every replica and every start computes the same. Not cryptographic: forging an id gains nothing, and a cryptographic hash would make OpenSSL a
/// requirement for starting.
/// </summary>
internal static class ServerIds
{
    /// <summary>40 bits: two of a thousand servers collide once in two million sets; those get longer ids.</summary>
    public const int Length = 10;

    /// <summary>An id for each URL, in the same order. URLs must be distinct.</summary>
    public static string[] For(IReadOnlyList<string> urls) => For(urls, Hash);

    /// <summary>As above with a custom hash, which must give texts of equal length, distinct for distinct URLs.</summary>
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

    /// <summary>64 bits of the hash: identifies a server in cookies. Two of a thousand servers collide once in 10^13 sets.</summary>
    public static ulong Tag(string url) => (ulong)(Fnv(url) >> 64);

    private static string Hash(string url) => Fnv(url).ToString("x32");

    private static UInt128 Fnv(string url)
    {
        // http://www.isthe.com/chongo/tech/comp/fnv: the offset basis and the prime 2^88 + 2^8 + 0x3b.
        var hash = new UInt128(0x6c62272e07bb0142, 0x62b821756295c58d);
        var prime = new UInt128(1UL << 24, 0x13b);
        foreach (byte b in Encoding.UTF8.GetBytes(url))
        {
            hash = (hash ^ b) * prime;
        }
        return hash;
    }
}

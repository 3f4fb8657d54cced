using System.Security.Cryptography;

namespace Carousel.EndToEnd.Harness;

/// <summary>Pseudo-random bytes that are the same in every run, compared by hash.</summary>
internal static class Payload
{
    public const int Megabyte = 1024 * 1024;

    public static byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }

    public static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexString(SHA256.HashData(bytes));

    /// <summary>Sends a body in chunks of many sizes, including odd ones, and the last chunk.</summary>
    public static async Task SendChunksAsync(Wire wire, byte[] body)
    {
        int[] sizes = [1, 17, 4096, 100_000, 65_535, 3, 1_000_000];
        int sent = 0;
        for (int i = 0; sent < body.Length; i++)
        {
            int size = Math.Min(sizes[i % sizes.Length], body.Length - sent);
            await wire.SendAsync($"{size:x}\r\n");
            await wire.SendAsync(body.AsMemory(sent, size));
            await wire.SendAsync("\r\n");
            sent += size;
        }
        await wire.SendAsync("0\r\n\r\n");
    }
}

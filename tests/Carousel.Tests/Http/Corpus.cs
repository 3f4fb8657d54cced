using System.Text;

namespace Carousel.Tests.Http;

/// <summary>The messages under Corpus: each file is one valid head, or one valid chunked body, byte for byte.</summary>
internal static class Corpus
{
    public static IReadOnlyDictionary<string, byte[]> Requests { get; } = Load("requests");

    public static IReadOnlyDictionary<string, byte[]> Responses { get; } = Load("responses");

    public static IReadOnlyDictionary<string, byte[]> Chunked { get; } = Load("chunked");

    /// <summary>A head or body as sent on the wire: one character per byte.</summary>
    public static byte[] Bytes(string message) => Encoding.Latin1.GetBytes(message);

    public static string Text(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);

    private static Dictionary<string, byte[]> Load(string folder) =>
        Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Http", "Corpus", folder), "*.http")
            .ToDictionary(file => Path.GetFileNameWithoutExtension(file), File.ReadAllBytes);
}

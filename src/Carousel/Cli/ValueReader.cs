using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using Carousel.Core.Config;

namespace Carousel.Cli;

/// <summary>Reads the text of a value.</summary>
internal delegate bool TryRead<T>(string text, [MaybeNullWhen(false)] out T value);

/// <summary>Parses a flag's value; <c>Expected</c> describes valid values in errors.</summary>
internal sealed record ValueReader<T>(string Expected, TryRead<T> TryRead)
{
    /// <summary>Words for completion; empty if the value is free text.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    public string Error(string flag, string text) => $"{flag}: expected {Expected}, found {Quote.Of(text)}";
}

/// <summary>The readers that the flags use.</summary>
internal static class ValueReaders
{
    /// <summary>Any text but an empty one.</summary>
    public static ValueReader<string> Path { get; } = new("the path of a file", (string text, [MaybeNullWhen(false)] out string value) =>
    {
        value = text;
        return text.Length != 0;
    });

    /// <summary>Any text; the caller validates it.</summary>
    public static ValueReader<string> Any { get; } = new("a text", (string text, [MaybeNullWhen(false)] out string value) =>
    {
        value = text;
        return true;
    });

    /// <summary>An IPv4 or IPv6 address, the latter with or without brackets.</summary>
    public static ValueReader<IPAddress> Address { get; } = new(
        "an IP address of this machine such as 127.0.0.1 or ::1 (omit the flag for all addresses)",
        TryAddress);

    /// <summary>A network, or an address alone as the network of just this address.</summary>
    public static ValueReader<IPNetwork> Network { get; } = new("a network such as 10.0.0.0/8, or an address", TryNetwork);

    public static ValueReader<int> Number(int min, int max, string remedy = "") =>
        new($"a number from {min} to {max}{remedy}", (string text, out int value) =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= min && value <= max);

    /// <summary>A share from 0 to 100 percent.</summary>
    public static ValueReader<int> Percent { get; } = new("a share from 0% to 100%", (string text, out int value) =>
        int.TryParse(text.EndsWith('%') ? text[..^1] : text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value <= 100);

    public static ValueReader<int> Size(int min, int max) =>
        new($"a size from {Sizes.Format(min)} to {Sizes.Format(max)} such as 16k", (string text, out int value) =>
        {
            bool valid = Sizes.TryParse(text, out long bytes) && bytes >= min && bytes <= max;
            value = valid ? (int)bytes : 0;
            return valid;
        });

    public static ValueReader<long> LargeSize(long min, long max) =>
        new($"a size from {Sizes.Format(min)} to {Sizes.Format(max)} such as 256m", (string text, out long value) =>
            Sizes.TryParse(text, out value) && value >= min && value <= max);

    public static ValueReader<TimeSpan> Duration(TimeSpan min, TimeSpan max) =>
        new($"a duration from {Durations.Format(min)} to {Durations.Format(max)} such as 500ms, 10s or 2m",
            (string text, out TimeSpan value) => Durations.TryParse(text, out value) && value >= min && value <= max);

    /// <summary>One of these words, in lower case.</summary>
    public static ValueReader<T> Choice<T>(params (string Word, T Value)[] choices) =>
        new($"one of {string.Join(", ", choices.Select(choice => choice.Word))}", (string text, [MaybeNullWhen(false)] out T value) =>
        {
            int index = Array.FindIndex(choices, choice => choice.Word == text);
            value = index < 0 ? default : choices[index].Value;
            return index >= 0;
        })
        {
            Words = [.. choices.Select(choice => choice.Word)],
        };

    /// <summary>A token (RFC 9110 section 5.6.2) of up to <paramref name="max"/> characters.</summary>
    public static ValueReader<string> Token(string expected, int max) =>
        new(expected, (string text, [MaybeNullWhen(false)] out string value) =>
        {
            value = text;
            return text.Length > 0 && text.Length <= max && text.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c));
        });

    private static bool TryAddress(string text, [MaybeNullWhen(false)] out IPAddress address)
    {
        string inner = text is ['[', .., ']'] ? text[1..^1] : text;
        // Requires dots or colons: "1" would be parsed as 0.0.0.1.
        address = null;
        return (inner.Contains(':') || inner.Count(c => c == '.') == 3) && IPAddress.TryParse(inner, out address);
    }

    private static bool TryNetwork(string text, out IPNetwork network)
    {
        if (text.Contains('/'))
        {
            return IPNetwork.TryParse(text, out network);
        }
        network = default;
        if (!TryAddress(text, out IPAddress? address))
        {
            return false;
        }
        network = new IPNetwork(address, address.GetAddressBytes().Length * 8);
        return true;
    }
}

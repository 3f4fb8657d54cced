using System.Buffers.Binary;
using System.Buffers.Text;
using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Sessions;

/// <summary>A session cookie from a response, decoded as docs/SESSIONS.md specifies.</summary>
internal sealed record IssuedCookie(string Name, string Value, IReadOnlyList<string> Attributes)
{
    public const string DefaultName = "LB_SESSION";
    public const int Characters = 64;

    /// <summary>The name=value pair for a request.</summary>
    public string Pair => $"{Name}={Value}";

    public DateTimeOffset IssuedAt => DateTimeOffset.FromUnixTimeSeconds(BinaryPrimitives.ReadUInt32BigEndian(Bytes));

    public uint KeyId => BinaryPrimitives.ReadUInt32BigEndian(Bytes.AsSpan(4));

    /// <summary>The session's id as in X-Session-Id.</summary>
    public string Id => Convert.ToHexStringLower(Bytes.AsSpan(8, 16));

    /// <summary>The tag of the assigned server.</summary>
    public string Server => Convert.ToHexStringLower(Bytes.AsSpan(24, 8));

    public byte[] Bytes => Base64Url.DecodeFromChars(Value);

    /// <summary>The cookie of this name in a response, null if absent; a second one fails the test.</summary>
    public static IssuedCookie? In(Message response, string name = DefaultName)
    {
        var cookies = response.Fields.Where(field => field.Name.Equals("Set-Cookie", StringComparison.OrdinalIgnoreCase))
            .Select(field => field.Value.Split("; "))
            .Where(parts => parts[0].StartsWith(name + "=", StringComparison.Ordinal))
            .Select(parts => new IssuedCookie(name, parts[0][(name.Length + 1)..], parts[1..]));
        IssuedCookie? cookie = cookies.SingleOrDefault();
        Assert.True(cookie is null || cookie.Value.Length == Characters, $"not {Characters} characters: {cookie}");
        return cookie;
    }

    /// <summary>The cookie, which the response must contain.</summary>
    public static IssuedCookie Of(Message response, string name = DefaultName)
    {
        IssuedCookie? cookie = In(response, name);
        Assert.True(cookie is not null, $"no cookie in {response}");
        return cookie;
    }
}

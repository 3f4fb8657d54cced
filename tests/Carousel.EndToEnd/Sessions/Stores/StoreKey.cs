using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using Carousel.EndToEnd.Harness;

namespace Carousel.EndToEnd.Sessions.Stores;

/// <summary>A key shared by balancers, and cookies signed with it, implemented from docs/SESSIONS.md rather than with the balancer's code.</summary>
internal sealed record StoreKey(uint Id, byte[] Secret)
{
    /// <summary>The default of --session-key-rotate: one day.</summary>
    public const uint Period = 24 * 3600;

    private const string HashName = "carousel:keys";

    public static uint Now => (uint)DateTimeOffset.UtcNow.ToUnixTimeSeconds();

    /// <summary>A new key for the current period, or for one N periods earlier.</summary>
    public static StoreKey Make(uint periodsAgo = 0) => new(Now - Now % Period - periodsAgo * Period, RandomNumberGenerator.GetBytes(32));

    /// <summary>All keys in the store, newest first.</summary>
    public static async Task<StoreKey[]> ReadAsync(RedisServer redis) =>
    [
        .. (await redis.FieldsAsync(HashName))
            .Select(field => new StoreKey(uint.Parse(field.Key, CultureInfo.InvariantCulture), Convert.FromBase64String(field.Value)))
            .OrderByDescending(key => key.Id),
    ];

    public Task PutAsync(RedisServer redis) => redis.CommandAsync("HSET", HashName, $"{Id}", Convert.ToBase64String(Secret));

    /// <summary>Creates a cookie for this session and server, with this age.</summary>
    public IssuedCookie Sign(IssuedCookie like, TimeSpan age)
    {
        byte[] bytes = like.Bytes;
        BinaryPrimitives.WriteUInt32BigEndian(bytes, Now - (uint)age.TotalSeconds);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(4), Id);
        Mac(bytes).CopyTo(bytes.AsSpan(32));
        return like with { Value = Base64Url.EncodeToString(bytes) };
    }

    /// <summary>True if the cookie's signature is as documented.</summary>
    public bool HasSigned(IssuedCookie cookie) => cookie.KeyId == Id && cookie.Bytes.AsSpan(32).SequenceEqual(Mac(cookie.Bytes));

    private byte[] Mac(byte[] bytes) => HMACSHA256.HashData(Secret, bytes.AsSpan(0, 32))[..16];
}

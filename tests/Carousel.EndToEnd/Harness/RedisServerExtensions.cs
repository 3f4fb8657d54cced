using System.Globalization;

namespace Carousel.EndToEnd.Harness;

/// <summary>Commands sent to redis-server over a socket, for frequent commands and binary replies.</summary>
internal static class RedisServerExtensions
{
    public static Task<Resp> ConnectAsync(this RedisServer redis) => Resp.ConnectAsync(redis.Port);

    /// <summary>Sends one command on its own connection; see <see cref="Resp.CommandAsync"/> for the reply.</summary>
    public static async Task<object?> CommandAsync(this RedisServer redis, params string[] words)
    {
        using Resp connection = await redis.ConnectAsync();
        return await connection.CommandAsync(words);
    }

    /// <summary>A hash; empty if there is none.</summary>
    public static async Task<Dictionary<string, string>> FieldsAsync(this RedisServer redis, string key)
    {
        using Resp connection = await redis.ConnectAsync();
        return await connection.HashAsync(key);
    }

    /// <summary>Resident memory in bytes.</summary>
    public static async Task<long> MemoryAsync(this RedisServer redis)
    {
        string info = (string)(await redis.CommandAsync("INFO", "memory"))!;
        string line = info.Split("\r\n").Single(line => line.StartsWith("used_memory_rss:", StringComparison.Ordinal));
        return long.Parse(line.Split(':')[1], CultureInfo.InvariantCulture);
    }
}

using System.Globalization;

namespace Carousel.EndToEnd.Harness;

/// <summary>Asking a redis-server without a program in between: for what is asked often, or answers in bytes.</summary>
internal static class RedisServerExtensions
{
    public static Task<Resp> ConnectAsync(this RedisServer redis) => Resp.ConnectAsync(redis.Port);

    /// <summary>One command on a connection of its own; <see cref="Resp.AskAsync"/> says what comes.</summary>
    public static async Task<object?> CommandAsync(this RedisServer redis, params string[] words)
    {
        using Resp connection = await redis.ConnectAsync();
        return await connection.AskAsync(words);
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

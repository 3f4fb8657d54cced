using StackExchange.Redis;

namespace Carousel.Samples.AspNetCore;

/// <summary>What the backends know of one session: a hash in the store, under a key of their own that the balancer never touches.</summary>
internal sealed class SessionData
{
    /// <summary>As long as the balancer's --session-ttl: a session that it has forgotten is of no use to us.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    private readonly IDatabase _store;
    private readonly RedisKey _key;

    private SessionData(IDatabase store, string id)
    {
        _store = store;
        _key = $"carousel:session:{id}:data";
    }

    /// <summary>
    /// The session that the request belongs to; null if it has none. The balancer drops what clients send as X-Session-Id and writes its own, so it can
    /// be trusted, as long as this server can be reached through the balancer only.
    /// </summary>
    public static SessionData? Of(HttpRequest request, IConnectionMultiplexer redis) =>
        request.Headers["X-Session-Id"] is [{ Length: 32 } id] ? new SessionData(redis.GetDatabase(), id) : null;

    /// <summary>Who logged in; null if nobody did. Being seen makes the data live on.</summary>
    public async Task<string?> NameAsync()
    {
        string? name = await _store.HashGetAsync(_key, "name");
        if (name is not null)
        {
            await _store.KeyExpireAsync(_key, Lifetime);
        }
        return name;
    }

    /// <summary>Begins with nothing, so that nobody inherits what was left by who used this browser before; all at once, or not at all.</summary>
    public async Task LogInAsync(string name)
    {
        ITransaction change = _store.CreateTransaction();
        _ = change.KeyDeleteAsync(_key);
        _ = change.HashSetAsync(_key, "name", name);
        _ = change.KeyExpireAsync(_key, Lifetime);
        await change.ExecuteAsync();
    }

    /// <summary>Deletes everything: the id stays the browser's, and is worth nothing from here on.</summary>
    public Task ForgetAsync() => _store.KeyDeleteAsync(_key);
}

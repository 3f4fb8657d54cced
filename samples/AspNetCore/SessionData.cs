using StackExchange.Redis;

namespace Carousel.Samples.AspNetCore;

/// <summary>The backends' data of one session: a hash in the store, under their own key, which the balancer never touches.</summary>
internal sealed class SessionData
{
    /// <summary>The balancer's --session-ttl: data of an expired session is useless.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    private readonly IDatabase _store;
    private readonly RedisKey _key;

    private SessionData(IDatabase store, string id)
    {
        _store = store;
        _key = $"carousel:session:{id}:data";
    }

    /// <summary>
    /// The request's session; null if it has none. The balancer removes X-Session-Id from client requests and sets its own. It can be trusted as long
    /// as clients can't reach this server directly.
    /// </summary>
    public static SessionData? Of(HttpRequest request, IConnectionMultiplexer redis) =>
        request.Headers["X-Session-Id"] is [{ Length: 32 } id] ? new SessionData(redis.GetDatabase(), id) : null;

    /// <summary>The user who logged in; null if none. Extends the lifetime of the data.</summary>
    public async Task<string?> NameAsync()
    {
        string? name = await _store.HashGetAsync(_key, "name");
        if (name is not null)
        {
            await _store.KeyExpireAsync(_key, Lifetime);
        }
        return name;
    }

    /// <summary>Starts with empty data, since old data may be of another user of this browser. One transaction.</summary>
    public async Task LogInAsync(string name)
    {
        ITransaction change = _store.CreateTransaction();
        _ = change.KeyDeleteAsync(_key);
        _ = change.HashSetAsync(_key, "name", name);
        _ = change.KeyExpireAsync(_key, Lifetime);
        await change.ExecuteAsync();
    }

    /// <summary>Deletes all data. The browser keeps the id, which has no data from now on.</summary>
    public Task ForgetAsync() => _store.KeyDeleteAsync(_key);
}

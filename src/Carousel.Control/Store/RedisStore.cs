using System.Globalization;
using Carousel.Control.Store.Client;
using Carousel.Control.Store.Keys;
using Carousel.Control.Store.Records;
using Carousel.Core.Pools;
using Carousel.Core.Sessions;
using StackExchange.Redis;

namespace Carousel.Control.Store;

/// <summary>Keys and records in Redis. One thread at a time.</summary>
/// <param name="connection">Opened on demand.</param>
/// <param name="pool">Maps server tags to URLs.</param>
/// <param name="options">Has the TTL.</param>
internal sealed class RedisStore(RedisConnection connection, Pool pool, SessionOptions options) : IKeyHash, IRecordStore
{
    /// <summary>Upper limit above the library's own timeouts: a task that it never completes must not stop all writes.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    private static readonly RedisKey s_keys = SessionKeySync.HashName;

    public async Task<IReadOnlyList<KeyValuePair<string, string>>> ReadAsync()
    {
        HashEntry[] entries = await DoAsync(database => database.HashGetAllAsync(s_keys, CommandFlags.DemandMaster)).ConfigureAwait(false);
        return [.. entries.Select(entry => new KeyValuePair<string, string>(entry.Name.ToString(), entry.Value.ToString()))];
    }

    public Task AddAsync(string field, string value) => DoAsync(database => database.HashSetAsync(s_keys, field, value, When.NotExists));

    public Task RemoveAsync(string field) => DoAsync(database => database.HashDeleteAsync(s_keys, field));

    public async Task<WriteResult[]> WriteAsync(IReadOnlyList<SessionUpdate> updates)
    {
        IBatch batch = (await connection.OpenAsync().ConfigureAwait(false)).CreateBatch();
        PoolSnapshot servers = pool.Current;
        Writing[] writings = [.. updates.Select(update => Begin(batch, update, servers))];
        try
        {
            batch.Execute();
            await Task.WhenAll(writings.SelectMany(writing => writing.All)).WaitAsync(Longest).ConfigureAwait(false);
        }
        catch (Exception e) when (e is RedisException or TimeoutException or ObjectDisposedException)
        {
            // Each task holds its own result.
        }
        return [.. writings.Select(End)];
    }

    private Writing Begin(IBatch batch, SessionUpdate update, PoolSnapshot servers)
    {
        RedisKey key = SessionRecord.KeyPrefix + update.Id.ToString();
        var fields = new List<HashEntry>(4 + update.Fields.Count)
        {
            new(SessionRecord.Backend, servers.Find(update.ServerTag)?.Entry.Address.Url ?? update.ServerTag.ToString("x16", CultureInfo.InvariantCulture)),
            new(SessionRecord.LastSeen, update.SeenAt),
        };
        if (update.Client is not null)
        {
            fields.Add(new HashEntry(SessionRecord.Client, update.Client));
            fields.AddRange(update.Fields.Select(field => new HashEntry(SessionRecord.HeaderPrefix + field.Key, field.Value)));
        }
        Task set = batch.HashSetAsync(key, [.. fields]);
        Task created = batch.HashSetAsync(key, SessionRecord.Created, update.CreatedAt, When.NotExists);
        // Runs even with a count of 0 (already counted, perhaps), so that the record always has the field.
        Task count = batch.HashIncrementAsync(key, SessionRecord.Requests, update.Requests);
        return new Writing(set, created, count, batch.KeyExpireAsync(key, options.Ttl));
    }

    private WriteResult End(Writing writing)
    {
        bool isCounted = writing.Count.IsCompletedSuccessfully || StoreFailures.MayBeDone(Error(writing.Count));
        StoreFailure? failure = null;
        string? refusal = null;
        foreach (Task task in writing.All.Where(task => !task.IsCompletedSuccessfully))
        {
            Exception error = Error(task);
            if (error is RedisServerException server && StoreFailures.ConcernsOneKey(server))
            {
                refusal ??= server.Message;
            }
            else
            {
                failure ??= connection.FailureOf(error);
            }
        }
        // An update that is refused for its own key is not retried, even if other errors occurred.
        return new WriteResult(isCounted, refusal is null ? failure : null, refusal);
    }

    private static Exception Error(Task task) => task.Exception?.InnerException ?? new TimeoutException();

    private async Task<T> DoAsync<T>(Func<IDatabase, Task<T>> command)
    {
        IDatabase database = await connection.OpenAsync().ConfigureAwait(false);
        try
        {
            return await command(database).WaitAsync(Longest).ConfigureAwait(false);
        }
        catch (Exception e) when (e is RedisException or TimeoutException or ObjectDisposedException)
        {
            throw new StoreException(connection.FailureOf(e));
        }
    }

    private readonly record struct Writing(Task Set, Task Created, Task Count, Task Expire)
    {
        public IEnumerable<Task> All => [Set, Created, Count, Expire];
    }
}

using Carousel.Control.Store.Client;
using Carousel.Control.Store.Keys;
using Carousel.Core.Sessions;
using StackExchange.Redis;

namespace Carousel.Control.Store.Records;

/// <summary>Reads sessions for the command line and the API. Reads in small pages, since the store serves others. One thread at a time.</summary>
internal sealed class SessionReader(RedisConnection connection)
{
    /// <summary>Maximum number of keys scanned for a list: all sessions of a small site, a short scan on a large one.</summary>
    public const int MaxScanned = 10_000;

    private const int Page = 500;
    private static readonly RedisValue[] s_columns =
        [SessionRecord.LastSeen, SessionRecord.Requests, SessionRecord.Backend, SessionRecord.Client, SessionRecord.Created];

    /// <summary>The most recently seen of the first <see cref="MaxScanned"/> sessions.</summary>
    /// <exception cref="StoreException">The store failed or refused.</exception>
    public async Task<SessionList> ListAsync(int limit)
    {
        IDatabase database = await connection.OpenAsync().ConfigureAwait(false);
        try
        {
            HashSet<SessionId> ids = await ScanAsync(database.Database).ConfigureAwait(false);
            var views = new List<SessionView>(ids.Count);
            foreach (SessionId[] page in ids.Chunk(Page))
            {
                RedisValue[][] rows = await Task.WhenAll(page.Select(id => database.HashGetAsync(Key(id), s_columns))).ConfigureAwait(false);
                views.AddRange(page.Select((id, i) => View(id, rows[i])).Where(view => view.Fields.Count != 0));
            }
            SessionView[] newest = [.. views.OrderByDescending(view => view.Number(SessionRecord.LastSeen)).Take(limit)];
            return new SessionList(newest, views.Count, ids.Count < MaxScanned);
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            throw new StoreException(connection.FailureOf(e));
        }
    }

    /// <summary>One session's record; without fields if there is none.</summary>
    /// <exception cref="StoreException">The store failed or refused.</exception>
    public async Task<SessionView> ShowAsync(SessionId id)
    {
        IDatabase database = await connection.OpenAsync().ConfigureAwait(false);
        try
        {
            HashEntry[] fields = await database.HashGetAllAsync(Key(id)).ConfigureAwait(false);
            return new SessionView(id, fields.ToDictionary(field => field.Name.ToString(), field => field.Value.ToString()))
            {
                Expires = await database.KeyTimeToLiveAsync(Key(id)).ConfigureAwait(false),
                Data = await DataAsync(database, Key(id) + SessionRecord.DataSuffix).ConfigureAwait(false),
            };
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            throw new StoreException(connection.FailureOf(e));
        }
    }

    /// <summary>Verifies a signed ticket with the store's keys.</summary>
    /// <exception cref="StoreException">The store failed or refused.</exception>
    public async Task<(CookieVerdict Verdict, SessionTicket Ticket)> EvaluateAsync(byte[] signed, SessionOptions options, long now)
    {
        IDatabase database = await connection.OpenAsync().ConfigureAwait(false);
        HashEntry[] fields;
        try
        {
            fields = await database.HashGetAllAsync(SessionKeySync.HashName).ConfigureAwait(false);
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            throw new StoreException(connection.FailureOf(e));
        }
        SessionKey[] keys = [.. fields
            .Select(field => KeyText.TryRead(field.Name.ToString(), field.Value.ToString(), out SessionKey? key) ? key : null)
            .OfType<SessionKey>()];
        if (keys.Length == 0)
        {
            return (CookieVerdict.UnknownKey, SessionTicket.Read(signed));
        }
        CookieVerdict verdict = SessionCookie.Verify(
            signed, new SessionKeys(keys[0], [.. keys.Skip(1)]), now, (long)options.CookieLifetime.TotalSeconds, out SessionTicket ticket);
        return (verdict, ticket);
    }

    private static string Key(SessionId id) => SessionRecord.KeyPrefix + id.ToString();

    private static SessionView View(SessionId id, RedisValue[] row) => new(id, s_columns.Zip(row)
        .Where(cell => cell.Second.HasValue)
        .ToDictionary(cell => cell.First.ToString(), cell => cell.Second.ToString()));

    private static async Task<string?> DataAsync(IDatabase database, string key) => await database.KeyTypeAsync(key).ConfigureAwait(false) switch
    {
        RedisType.None => null,
        RedisType.Hash => $"hash of {await database.HashLengthAsync(key).ConfigureAwait(false)} fields",
        var type => type.ToString().ToLowerInvariant(),
    };

    /// <summary>Ids of records on all servers that own keys; keys of data are longer and do not match.</summary>
    private async Task<HashSet<SessionId>> ScanAsync(int database)
    {
        var ids = new HashSet<SessionId>();
        RedisValue pattern = SessionRecord.KeyPrefix + new string('?', SessionId.TextLength);
        foreach (IServer server in connection.Primaries)
        {
            await foreach (RedisKey key in server.KeysAsync(database, pattern, Page).ConfigureAwait(false))
            {
                if (ids.Count == MaxScanned)
                {
                    return ids;
                }
                if (SessionId.TryParse(key.ToString().AsSpan(SessionRecord.KeyPrefix.Length), out SessionId id))
                {
                    ids.Add(id);
                }
            }
        }
        return ids;
    }
}

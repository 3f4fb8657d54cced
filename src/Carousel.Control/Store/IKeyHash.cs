namespace Carousel.Control.Store;

/// <summary>
/// The one hash of the store that the keys are in: the few commands that <see cref="SessionKeySync"/> needs. All throw <see cref="StoreException"/>
/// when the store does not do what it is asked.
/// </summary>
internal interface IKeyHash
{
    /// <summary>HGETALL.</summary>
    Task<IReadOnlyList<KeyValuePair<string, string>>> ReadAsync();

    /// <summary>HSETNX.</summary>
    Task AddAsync(string field, string value);

    /// <summary>HDEL.</summary>
    Task RemoveAsync(string field);
}

/// <summary>Keys where there is no store: they rotate all the same. One thread at a time.</summary>
internal sealed class LocalKeyHash : IKeyHash
{
    private readonly Dictionary<string, string> _fields = [];

    public Task<IReadOnlyList<KeyValuePair<string, string>>> ReadAsync() =>
        Task.FromResult<IReadOnlyList<KeyValuePair<string, string>>>([.. _fields]);

    public Task AddAsync(string field, string value)
    {
        _fields.TryAdd(field, value);
        return Task.CompletedTask;
    }

    public Task RemoveAsync(string field)
    {
        _fields.Remove(field);
        return Task.CompletedTask;
    }
}

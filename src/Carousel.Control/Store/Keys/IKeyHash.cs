using Carousel.Control.Store.Client;

namespace Carousel.Control.Store.Keys;

/// <summary>
/// The hash of the store that holds the keys, with the commands that <see cref="SessionKeySync"/> needs. All throw <see cref="StoreException"/>
/// when the store fails or refuses the command.
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

/// <summary>Holds the keys when there is no store: they still rotate. One thread at a time.</summary>
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

using Carousel.Control.Store.Client;
using Carousel.Control.Store.Keys;

namespace Carousel.Tests.Store.Keys;

/// <summary>A store's hash that several key syncs may share. The test controls what happens between two commands.</summary>
internal sealed class FakeKeyHash : IKeyHash
{
    public SortedDictionary<string, string> Fields { get; } = [];

    public int Reads { get; private set; }

    /// <summary>Thrown by every command while set.</summary>
    public StoreFailure? Failure { get; set; }

    /// <summary>Called once, before the next HSETNX.</summary>
    public Action? BeforeAdd { get; set; }

    public Task<IReadOnlyList<KeyValuePair<string, string>>> ReadAsync()
    {
        Fail();
        Reads++;
        return Task.FromResult<IReadOnlyList<KeyValuePair<string, string>>>([.. Fields]);
    }

    public Task AddAsync(string field, string value)
    {
        Action? before = BeforeAdd;
        BeforeAdd = null;
        before?.Invoke();
        Fail();
        Fields.TryAdd(field, value);
        return Task.CompletedTask;
    }

    public Task RemoveAsync(string field)
    {
        Fail();
        Fields.Remove(field);
        return Task.CompletedTask;
    }

    private void Fail()
    {
        if (Failure is not null)
        {
            throw new StoreException(Failure);
        }
    }
}

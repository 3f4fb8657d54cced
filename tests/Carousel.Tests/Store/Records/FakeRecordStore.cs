using Carousel.Control.Store.Records;
using Carousel.Core.Sessions;

namespace Carousel.Tests.Store.Records;

/// <summary>A record store that keeps all updates and returns results that the test sets.</summary>
internal sealed class FakeRecordStore : IRecordStore
{
    public List<SessionId[]> Batches { get; } = [];

    public Dictionary<SessionId, long> Requests { get; } = [];

    /// <summary>The result for an update. A result that may be counted is counted.</summary>
    public Func<SessionUpdate, WriteResult> Response { get; set; } = _ => new WriteResult(IsCounted: true, Failure: null, Refusal: null);

    public Task<WriteResult[]> WriteAsync(IReadOnlyList<SessionUpdate> updates)
    {
        Batches.Add([.. updates.Select(update => update.Id)]);
        return Task.FromResult(updates.Select(Take).ToArray());
    }

    private WriteResult Take(SessionUpdate update)
    {
        WriteResult result = Response(update);
        if (result.IsCounted)
        {
            Requests[update.Id] = Requests.GetValueOrDefault(update.Id) + update.Requests;
        }
        return result;
    }
}

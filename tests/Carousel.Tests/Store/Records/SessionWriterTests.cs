using System.Text;
using Carousel.Control.Store.Client;
using Carousel.Control.Store.Keys;
using Carousel.Control.Store.Records;
using Carousel.Core.Sessions;
using Xunit;

namespace Carousel.Tests.Store.Records;

public class SessionWriterTests
{
    private static readonly StoreFailure s_unreachable = StoreFailures.Unreachable("connection closed");

    private readonly SessionChannel _channel = new(new SessionOptions(), SessionKeySync.ProcessKeys(new SessionOptions(), TimeProvider.System), workers: 2);
    private readonly FakeRecordStore _store = new();
    private readonly StoreCounters _counters = new();
    private readonly List<string> _log = [];
    private readonly SessionWriter _writer;

    public SessionWriterTests() => _writer = new SessionWriter(_channel, _counters, (_, line) => _log.Add(line));

    [Fact]
    public async Task WriteAsync_EventsOfOneSessionInSeveralQueues_AreOneUpdate()
    {
        SessionUpdate? written = null;
        _store.Response = update =>
        {
            written = update;
            return default;
        };
        Tell(0, 1, seen: 100, created: 90, requests: 2, server: 7, fields: [("A", "1"), ("a", "2"), ("B", "3")]);
        Tell(0, 1, seen: 103, created: 90, requests: 1, server: 8);
        Tell(1, 1, seen: 102, created: 80, requests: 4, server: 9);

        Assert.Null(await _writer.WriteAsync(_store));

        Assert.NotNull(written);
        Assert.Equal(7, written.Requests);
        Assert.Equal((103u, 80u, 8ul), (written.SeenAt, written.CreatedAt, written.ServerTag));
        Assert.Equal("192.0.2.1", Encoding.ASCII.GetString(written.Client!));
        Assert.Equal(["a=1, 2", "b=3"], written.Fields.Select(field => $"{field.Key}={Encoding.ASCII.GetString(field.Value)}").Order());
        Assert.False(_writer.HasWork);
        Assert.Equal(1, _counters.Written);
    }

    [Fact]
    public async Task WriteAsync_MoreThanABatch_WritesInSeveral()
    {
        for (ulong id = 0; id < SessionWriter.MaxBatch + 10; id++)
        {
            Tell((int)(id % 2), id);
        }

        await _writer.WriteAsync(_store);
        Assert.True(_writer.WasFull);
        Assert.True(_writer.HasWork);
        await _writer.WriteAsync(_store);

        Assert.False(_writer.WasFull);
        Assert.Equal([SessionWriter.MaxBatch, 10], _store.Batches.Select(batch => batch.Length));
        Assert.Equal(SessionWriter.MaxBatch + 10, _store.Requests.Count);
    }

    [Fact]
    public async Task WriteAsync_OneQueueIsAlwaysFull_TheOtherIsNotStarved()
    {
        for (ulong id = 0; id < 2 * SessionWriter.MaxBatch; id++)
        {
            Tell(0, id);
        }
        Tell(1, 5000);

        await _writer.WriteAsync(_store);
        await _writer.WriteAsync(_store);

        Assert.Contains(new SessionId(0, 5000), _store.Requests.Keys);
    }

    [Fact]
    public async Task WriteAsync_StoreAway_KeepsTheBatchAndTheQueues()
    {
        _store.Response = _ => new WriteResult(IsCounted: false, s_unreachable, Refusal: null);
        Tell(0, 1);
        Assert.Same(s_unreachable, await _writer.WriteAsync(_store));
        Tell(0, 2);
        long waiting = _channel.Queues[0].Waiting;

        await _writer.WriteAsync(_store);
        Assert.Equal(waiting, _channel.Queues[0].Waiting);
        _store.Response = _ => new WriteResult(IsCounted: true, null, null);
        Assert.Null(await _writer.WriteAsync(_store));
        Assert.Null(await _writer.WriteAsync(_store));

        Assert.Equal(1, _store.Requests[new SessionId(0, 1)]);
        Assert.Equal(1, _store.Requests[new SessionId(0, 2)]);
        Assert.Equal((2L, 2L, 2L), (_counters.Written, _counters.Failed, _counters.Retried));
    }

    [Fact]
    public async Task WriteAsync_OutcomeUnknown_CountsAtMostOnce()
    {
        _store.Response = _ => new WriteResult(IsCounted: true, s_unreachable, Refusal: null);
        Tell(0, 1, requests: 3);
        await _writer.WriteAsync(_store);
        _store.Response = _ => new WriteResult(IsCounted: true, null, null);

        await _writer.WriteAsync(_store);

        Assert.Equal(3, _store.Requests[new SessionId(0, 1)]);
        Assert.Equal(2, _store.Batches.Count);
    }

    [Fact]
    public async Task WriteAsync_HalfOfTheBatchFails_OnlyThatHalfIsRetried()
    {
        _store.Response = update => update.Id.Low % 2 == 0 ? new WriteResult(true, null, null) : new WriteResult(false, s_unreachable, null);
        for (ulong id = 0; id < 4; id++)
        {
            Tell(0, id);
        }
        Assert.Same(s_unreachable, await _writer.WriteAsync(_store));
        _store.Response = _ => new WriteResult(true, null, null);

        await _writer.WriteAsync(_store);

        Assert.Equal([new SessionId(0, 1), new SessionId(0, 3)], _store.Batches[1]);
        Assert.All(_store.Requests.Values, requests => Assert.Equal(1, requests));
    }

    [Fact]
    public async Task WriteAsync_SessionRefused_IsNotRetriedAndLoggedOnce()
    {
        _store.Response = _ => new WriteResult(IsCounted: false, null, "WRONGTYPE of a kind");
        Tell(0, 1);
        Tell(0, 2);

        Assert.Null(await _writer.WriteAsync(_store));

        Assert.False(_writer.HasWork);
        Assert.Equal((0L, 2L), (_counters.Written, _counters.Refused));
        Assert.Contains("carousel:session:00000000000000000000000000000001 is not written (WRONGTYPE of a kind)", Assert.Single(_log), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Abandon_UnsavedAndQueued_CountsBoth()
    {
        _store.Response = _ => new WriteResult(false, s_unreachable, null);
        Tell(0, 1);
        await _writer.WriteAsync(_store);
        Tell(0, 2);
        Tell(1, 3);

        Assert.Equal(3, _writer.Abandon());

        Assert.False(_writer.HasWork);
    }

    private void Tell(
        int worker, ulong id, uint seen = 100, uint created = 100, uint requests = 1, ulong server = 7, (string Name, string Value)[]? fields = null)
    {
        byte[] packed = new byte[1024];
        int length = 0;
        foreach ((string name, string value) in fields ?? [])
        {
            SessionFields.TryAppend(packed, ref length, Encoding.ASCII.GetBytes(name), Encoding.ASCII.GetBytes(value));
        }
        Assert.True(_channel.Queues[worker].TryWrite(new SessionEvent
        {
            Id = new SessionId(0, id),
            ServerTag = server,
            CreatedAt = created,
            SeenAt = seen,
            Requests = requests,
            IsRecord = fields is not null,
            Client = fields is null ? default : "192.0.2.1"u8,
            Fields = packed.AsSpan(0, length),
        }));
    }
}

using System.Collections.Concurrent;
using System.Collections.Immutable;
using Carousel.Control.Store;
using Carousel.Control.Store.Client;
using Carousel.Core.Config;
using Carousel.Core.Events;
using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Carousel.Core.Sessions;
using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Store;

/// <summary>The session store as in a balancer; the test acts as the one worker that sends it updates.</summary>
internal sealed class StoreUser : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _lines = new();

    private StoreUser(StoreAddress address, StartEmbeddedStore? startEmbedded, SessionOptions options)
    {
        Channel = new SessionChannel(options, SessionStore.ProcessKeys(options, TimeProvider.System), workers: 1);
        var slots = new SlotAllocator();
        Servers = PoolBuilder.Servers(ServersParser.Parse("http://127.0.0.1:8001\nhttp://127.0.0.1:8002\n").Servers, slots);
        var pool = new Pool(PoolBuilder.Build(Servers), new PoolOptions(), slots, new FailureLog(), TimeProvider.System);
        Store = new SessionStore(address, Channel, pool, TimeProvider.System, (_, line) => _lines.Enqueue(line), startEmbedded);
        Store.Start();
    }

    public SessionChannel Channel { get; }

    public SessionStore Store { get; }

    public ImmutableArray<Server> Servers { get; }

    /// <summary>The log lines so far.</summary>
    public string[] Lines => [.. _lines];

    public static StoreUser Start(StoreAddress address, StartEmbeddedStore? startEmbedded = null, SessionOptions? options = null) =>
        new(address, startEmbedded, options ?? new SessionOptions());

    public static StoreUser Start(string url)
    {
        Assert.True(StoreAddress.TryParse(url, out StoreAddress address, out string error), error);
        return Start(address);
    }

    public static string Key(SessionId id) => $"carousel:session:{id}";

    /// <summary>Reports one request of a session, with its record if it is the first.</summary>
    public void Record(SessionId id, bool isRecord = true)
    {
        byte[] fields = new byte[256];
        int length = 0;
        SessionFields.TryAppend(fields, ref length, "User-Agent"u8, "test/1"u8);
        SessionFields.TryAppend(fields, ref length, "Accept"u8, "text/html"u8);
        SessionFields.TryAppend(fields, ref length, "accept"u8, "text/plain"u8);
        uint now = (uint)DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        bool isTaken = Channel.Queues[0].TryWrite(new SessionEvent
        {
            Id = id,
            ServerTag = Servers[0].Tag,
            CreatedAt = now,
            SeenAt = now,
            Requests = 1,
            IsRecord = isRecord,
            Client = isRecord ? "192.0.2.1"u8 : default,
            Fields = isRecord ? fields.AsSpan(0, length) : default,
        });
        Assert.True(isTaken);
        Channel.Wake();
    }

    public Task StateAsync(StoreState state) =>
        Deadlines.UntilAsync(() => Store.State == state, $"the store to be {state}; now {Store.State}; log: {string.Join('\n', Lines)}");

    /// <summary>Waits until N updates are written and the store is connected.</summary>
    public Task WrittenAsync(long updates) => Deadlines.UntilAsync(
        () => Store.Counters.Written >= updates && Store.State == StoreState.Connected, $"{updates} updates to be written; log: {string.Join('\n', Lines)}");

    public ValueTask DisposeAsync() => Store.DisposeAsync();
}

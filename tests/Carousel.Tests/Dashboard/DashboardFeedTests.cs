using System.Text;
using System.Text.Json;
using Carousel.Control.Dashboard;
using Carousel.Core.Events;
using Xunit;

namespace Carousel.Tests.Dashboard;

public sealed class DashboardFeedTests : IDisposable
{
    private readonly DashboardBench _bench = new("10.0.0.1\n10.0.0.2");
    private readonly CancellationTokenSource _stop = new();
    private readonly DashboardFeed _feed;

    public DashboardFeedTests() => _feed = new DashboardFeed(_bench.Source);

    public void Dispose() => _stop.Cancel();

    [Fact]
    public async Task WatchAsync_Started_SendsPoolAndEventsThenFrames()
    {
        _bench.Events.Write(EventLevel.Warning, _bench[0], "is down: connect-refused (3 probes)");
        var client = Watch();
        await Until(() => client.Events.Count(one => one.Name == "frame") == 1);
        await PassAsync();
        await Until(() => client.Events.Count(one => one.Name == "frame") == 2);

        Assert.Equal(["pool", "events", "frame", "frame"], client.Events.Select(one => one.Name));
        Assert.Equal("10.0.0.2:80", client.Events[0].Data.GetProperty("servers")[1].GetProperty("name").GetString());
        JsonElement sent = client.Events[1].Data[0];
        Assert.Equal(("warning", "10.0.0.1:80"), (sent.GetProperty("level").GetString(), sent.GetProperty("server").GetString()));
        Assert.Equal([1, 2], client.Events.Where(one => one.Name == "frame").Select(one => one.Data.GetProperty("number").GetInt32()));
    }

    [Fact]
    public async Task WatchAsync_PoolAndEventsChange_AreSentOnceBeforeTheFrame()
    {
        var client = Watch();
        await Until(() => client.Events.Any(one => one.Name == "frame"));
        _bench.Membership.SetWeight(_bench[0].Tag, 7);
        _bench.Events.Write(EventLevel.Info, null, "hello");
        await PassAsync();
        await Until(() => client.Frames.Length == 2);
        await PassAsync();
        await Until(() => client.Frames.Length == 3);

        Assert.Equal(["pool", "events", "frame", "pool", "events", "frame", "frame"], client.Events.Select(one => one.Name));
        Assert.Equal(7, client.Events[3].Data.GetProperty("servers")[0].GetProperty("weight").GetInt32());
        Assert.Equal("hello", client.Events[4].Data[0].GetProperty("text").GetString());
    }

    [Fact]
    public async Task WatchAsync_SlowClient_SkipsFramesAndDoesNotDelayOthers()
    {
        var slow = Watch(isStuck: true);
        var client = Watch();
        // It has taken the first frame, and can't write it.
        await Until(() => slow.IsWriting && client.Frames.Length == 1);
        for (int frames = 2; frames < 10; frames++)
        {
            await PassAsync();
            await Until(() => client.Frames.Length == frames);
        }
        slow.Go();
        await Until(() => slow.Frames.Length == 2);

        Assert.Equal([1, 9], slow.Frames);
        Assert.Equal(Enumerable.Range(1, 9), client.Frames);
    }

    [Fact]
    public async Task WatchAsync_NoClients_StopsSamplingUntilTheNextClient()
    {
        var client = Watch();
        await Until(() => client.Frames.Length == 1);
        await _stop.CancelAsync();
        await Until(() => _feed.Watchers == 0);
        await PassAsync();
        await Until(() => _bench.Time.Waits.Length == 0);

        var other = Watch(stop: CancellationToken.None);
        await Until(() => other.Frames.Length == 1);
        Assert.Equal([1], other.Frames);
    }

    [Fact]
    public async Task WatchAsync_ClientDisconnected_ReleasesItsSlot()
    {
        var client = Watch();
        await Until(() => client.Frames.Length == 1);
        client.Break();
        await PassAsync();
        await Until(() => _feed.Watchers == 0);
    }

    [Fact]
    public void TryEnter_LimitReached_IsRefused()
    {
        Assert.All(Enumerable.Range(0, DashboardFeed.MaxWatchers), _ => Assert.True(_feed.TryEnter()));
        Assert.False(_feed.TryEnter());
    }

    private Client Watch(bool isStuck = false, CancellationToken? stop = null)
    {
        Assert.True(_feed.TryEnter());
        var client = new Client();
        if (!isStuck)
        {
            client.Go();
        }
        _ = _feed.WatchAsync(client, stop ?? _stop.Token);
        return client;
    }

    /// <summary>Advances the time by one frame interval.</summary>
    private async Task PassAsync()
    {
        await Until(() => _bench.Time.Waits.Length == 1);
        _bench.Time.Advance(DashboardFeed.Pause);
    }

    private static async Task Until(Func<bool> condition)
    {
        for (DateTime limit = DateTime.UtcNow.AddSeconds(20); !condition(); await Task.Delay(2))
        {
            Assert.True(DateTime.UtcNow < limit, "timed out");
        }
    }

    /// <summary>A stream that parses events as a browser does, and can block writes.</summary>
    private sealed class Client : Stream
    {
        private readonly StringBuilder _text = new();
        private readonly TaskCompletionSource _goes = new();
        private volatile bool _isBroken;
        private volatile bool _isWriting;

        public IReadOnlyList<(string Name, JsonElement Data)> Events
        {
            get
            {
                string text;
                lock (_text)
                {
                    text = _text.ToString();
                }
                return [.. text.Split("\n\n")[..^1].Select(block => block.Split('\n')).Select(lines =>
                    (lines[0]["event: ".Length..], JsonDocument.Parse(lines[1]["data: ".Length..]).RootElement))];
            }
        }

        public int[] Frames => [.. Events.Where(one => one.Name == "frame").Select(one => one.Data.GetProperty("number").GetInt32())];

        /// <summary>A write has begun.</summary>
        public bool IsWriting => _isWriting;

        public void Go() => _goes.SetResult();

        public void Break() => _isBroken = true;

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            _isWriting = true;
            await _goes.Task.WaitAsync(cancellationToken);
            if (_isBroken)
            {
                throw new IOException("disconnected");
            }
            lock (_text)
            {
                _text.Append(Encoding.UTF8.GetString(buffer.Span));
            }
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}

using Carousel.Core.Sessions;
using Xunit;

namespace Carousel.Tests.Sessions;

public class SessionChannelTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public void New_Workers_HaveAQueueAndCountersEach()
    {
        SessionChannel channel = Channel(3);
        Assert.Equal(3, channel.Queues.Distinct().Count());
        Assert.Equal(3, channel.Counters.Distinct().Count());
    }

    [Fact]
    public void TrySleep_EventQueued_IsFalse()
    {
        SessionChannel channel = Channel(2);
        Write(channel, 1);
        Assert.False(channel.TrySleep());
        channel.Wake();
        Assert.Equal(0, channel.Arrived.CurrentCount);
        Assert.Single(EventCopy.Drain(channel.Queues[1]));
        Assert.True(channel.TrySleep());
    }

    [Fact]
    public void Wake_ReaderSleeps_ReleasesOnce()
    {
        SessionChannel channel = Channel(1);
        channel.Wake();
        Assert.Equal(0, channel.Arrived.CurrentCount);
        Assert.True(channel.TrySleep());
        channel.Wake();
        channel.Wake();
        Assert.Equal(1, channel.Arrived.CurrentCount);
    }

    /// <summary>A worker wakes the reader just as it falls asleep: either the reader sees the event, or it is woken.</summary>
    [Fact]
    public void Wake_WhileFallingAsleep_IsSeenOrWakes()
    {
        const int rounds = 200_000;
        SessionChannel channel = Channel(1);
        int begun = 0, written = 0;
        var worker = new Thread(() =>
        {
            for (int round = 1; round <= rounds; round++)
            {
                WaitFor(ref begun, round);
                Linger(round / 32 % 32);
                Write(channel, 0);
                channel.Wake();
                Volatile.Write(ref written, round);
            }
        })
        { IsBackground = true };
        worker.Start();
        int slept = 0;
        for (int round = 1; round <= rounds; round++)
        {
            Volatile.Write(ref begun, round);
            Linger(round % 32);
            bool sleeps = channel.TrySleep();
            WaitFor(ref written, round);
            Assert.True(!sleeps || channel.Arrived.CurrentCount != 0, $"round {round}: asleep, and no thread woke it");
            slept += sleeps ? 1 : 0;
            while (channel.Arrived.Wait(0, TestContext.Current.CancellationToken))
            {
            }
            Assert.True(channel.Queues[0].TryPeek(out _));
            channel.Queues[0].Release();
        }
        worker.Join();
        Assert.NotEqual(0, slept);
    }

    private static void WaitFor(ref int value, int expected)
    {
        var spin = new SpinWait();
        while (Volatile.Read(ref value) != expected)
        {
            spin.SpinOnce(sleep1Threshold: -1);
        }
    }

    /// <summary>Some nanoseconds each: the threads meet at every offset.</summary>
    private static void Linger(int steps)
    {
        for (int i = 0; i < steps; i++)
        {
            Volatile.Read(ref steps);
        }
    }

    /// <summary>Each writer continues only after its event was read, so that no later one can hide a lost wake-up: the reader would sleep for ever.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Wake_WhileTheReaderFallsAsleep_IsNeverLost(int workers)
    {
        const int each = 10_000;
        SessionChannel channel = Channel(workers);
        long[] read = new long[workers];
        Thread[] writers = [.. Enumerable.Range(0, workers).Select(worker => new Thread(() => WriteAll(channel, worker, each, read)) { IsBackground = true })];
        Array.ForEach(writers, writer => writer.Start());
        int slept = 0;
        while (read.Sum() < workers * each)
        {
            for (int worker = 0; worker < workers; worker++)
            {
                while (channel.Queues[worker].TryPeek(out _))
                {
                    channel.Queues[worker].Release();
                    Interlocked.Increment(ref read[worker]);
                }
            }
            if (read.Sum() < workers * each && channel.TrySleep())
            {
                slept++;
                Assert.True(channel.Arrived.Wait(Patience, TestContext.Current.CancellationToken), $"asleep after {read.Sum()} events");
            }
        }
        Array.ForEach(writers, writer => writer.Join());
        Assert.NotEqual(0, slept);
    }

    private static void WriteAll(SessionChannel channel, int worker, int count, long[] read)
    {
        var random = new Random(worker);
        for (int i = 1; i <= count; i++)
        {
            // The reader is awake, falling asleep or asleep.
            Thread.SpinWait(random.Next(200));
            Write(channel, worker);
            channel.Wake();
            var spin = new SpinWait();
            while (Volatile.Read(ref read[worker]) < i)
            {
                spin.SpinOnce(sleep1Threshold: -1);
            }
        }
    }

    private static SessionChannel Channel(int workers) => new(new SessionOptions(), SessionSamples.Keys(SessionSamples.Key()), workers);

    private static void Write(SessionChannel channel, int worker) =>
        Assert.True(channel.Queues[worker].TryWrite(new SessionEvent { Id = default, ServerTag = 0, CreatedAt = 0, SeenAt = 0, Requests = 1 }));
}

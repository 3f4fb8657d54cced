using System.Collections.Concurrent;
using Carousel.Control.Supervision;
using Xunit;

namespace Carousel.Tests.Supervision;

public sealed class WatchThreadTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public void Start_OneCheckFails_AllContinue()
    {
        var supervisor = new Supervisor();
        int good = 0, bad = 0;
        using (WatchThread.Start(supervisor, ("bad", () => throw new InvalidOperationException($"{++bad}")), ("good", () => Interlocked.Increment(ref good))))
        {
            Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref good) >= 2, Patience));
        }
        Assert.True(supervisor.Count("bad") >= 2);
        Assert.Equal(0, supervisor.Count("good"));
    }

    [Fact]
    public void Dispose_CheckIsRunning_WaitsForIt()
    {
        var order = new ConcurrentQueue<string>();
        bool began = false, mayEnd = false;
        Action look = () =>
        {
            Volatile.Write(ref began, true);
            SpinWait.SpinUntil(() => Volatile.Read(ref mayEnd), Patience);
            order.Enqueue("looked");
        };
        var watch = WatchThread.Start(new Supervisor(), ("held", look));
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref began), Patience));
        var disposing = new Thread(() =>
        {
            watch.Dispose();
            order.Enqueue("disposed");
        });
        disposing.Start();
        Assert.True(SpinWait.SpinUntil(() => (disposing.ThreadState & (ThreadState.WaitSleepJoin | ThreadState.Stopped)) != 0, Patience));
        Volatile.Write(ref mayEnd, true);
        Assert.True(disposing.Join(Patience));
        Assert.Equal(["looked", "disposed"], order);
    }
}

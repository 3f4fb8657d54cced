using Carousel.Engine.Linux;
using Carousel.Engine.Reactor;
using Xunit;

namespace Carousel.Tests.Reactor;

public sealed class MailboxTests
{
    /// <summary>Longer than any test run: reached only if a wake-up was lost.</summary>
    private const int LostAfterMs = 20_000;

    [Fact]
    public void Post_ManyThreads_NoWakeUpIsLostAndOrderIsKept()
    {
        const int senders = 4, each = 50_000;
        using var mailbox = new Mailbox<(int Sender, int Number)>();
        using var set = new EpollSet(4);
        Assert.Equal(0, set.Register(mailbox.Fd, Readiness.Readable, 1));
        Thread[] threads = [.. Enumerable.Range(0, senders).Select(sender => new Thread(() =>
        {
            for (int i = 0; i < each; i++)
            {
                mailbox.Post((sender, i));
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        int[] next = new int[senders];
        while (next.Sum() < senders * each)
        {
            Assert.True(set.Wait(LostAfterMs) > 0, "mail is queued, but the worker was not woken");
            mailbox.Silence();
            while (mailbox.TryTake(out (int Sender, int Number) mail))
            {
                Assert.Equal(next[mail.Sender]++, mail.Number);
            }
        }
        Array.ForEach(threads, thread => thread.Join());
    }

    [Fact]
    public void Silence_NothingPosted_SleepsAgain()
    {
        using var mailbox = new Mailbox<int>();
        using var set = new EpollSet(4);
        set.Register(mailbox.Fd, Readiness.Readable, 1);
        mailbox.Post(1);
        Assert.Equal(1, set.Wait(0));
        mailbox.Silence();
        Assert.Equal(0, set.Wait(0));
        Assert.True(mailbox.TryTake(out _));
        Assert.False(mailbox.TryTake(out _));
        mailbox.Post(2);
        Assert.Equal(1, set.Wait(0));
    }
}

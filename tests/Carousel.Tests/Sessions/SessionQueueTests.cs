using System.Text;
using Carousel.Core.Sessions;
using Carousel.Tests.Harness;
using CsCheck;
using Xunit;

namespace Carousel.Tests.Sessions;

public class SessionQueueTests
{
    private const int HeaderBytes = 48;
    private const int Capacity = 32 * 1024;

    private static readonly Gen<EventCopy> Events = Gen.Select(
        Gen.UInt,
        Gen.Bool,
        Gen.Int[0, 45],
        Gen.Frequency((5, Gen.Int[0, 60]), (2, Gen.Int[0, SessionFields.MaxBytes]), (1, Gen.Const(SessionFields.MaxBytes))),
        (number, isRecord, client, fields) =>
            new EventCopy(SessionSamples.Id(number), number, number + 1, number + 2, number + 3, isRecord, Text('c', client), Text('f', fields)));

    /// <summary>Operations: a number of writes, then a number of reads.</summary>
    private static readonly Gen<(EventCopy[] Written, int Taken)[]> Plays = Gen.Select(Events.Array[0, 40], Gen.Int[0, 40]).Array[1, 20];

    [Fact]
    public void AnyOperations_ComparedWithAList_AreFirstInFirstOut() => Plays.Sample(
        play =>
        {
            var queue = new SessionQueue(Capacity);
            var model = new Queue<EventCopy>();
            foreach ((EventCopy[] written, int taken) in play)
            {
                Array.ForEach(written, item => Write(queue, model, item));
                for (int i = 0; i < taken; i++)
                {
                    Take(queue, model);
                }
                Assert.Equal(model.Count == 0, queue.Waiting == 0);
            }
            Assert.Equal(model, EventCopy.Drain(queue));
        },
        iter: 1_000);

    /// <summary>The ring's end at every offset of an entry, also where the rest has no room for a header.</summary>
    [Fact]
    public void Write_AtEveryOffsetBeforeTheEnd_IsRead()
    {
        for (int left = 8; left <= 4 * HeaderBytes; left += 8)
        {
            var queue = new SessionQueue(Capacity);
            MoveTo(queue, Capacity - left);
            EventCopy[] items = [Touch(1), Touch(2) with { IsRecord = true, Client = "::1", Fields = Text('f', 100) }, Touch(3)];
            Array.ForEach(items, item => Assert.True(Write(queue, item)));
            Assert.Equal(items, EventCopy.Drain(queue));
            Assert.Equal(0, queue.Waiting);
        }
    }

    [Fact]
    public void Write_Full_IsRefusedUntilSpaceIsFree()
    {
        var queue = new SessionQueue(Capacity);
        uint written = 0;
        while (Write(queue, Touch(written)))
        {
            written++;
        }
        Assert.Equal((uint)(Capacity / HeaderBytes), written);
        Assert.False(Write(queue, Touch(0)));
        Assert.True(queue.TryPeek(out _));
        Assert.False(Write(queue, Touch(0)));
        queue.Release();
        Assert.True(Write(queue, Touch(written)));
        Assert.False(Write(queue, Touch(0)));
        Assert.Equal(Enumerable.Range(1, (int)written).Select(i => Touch((uint)i)), EventCopy.Drain(queue));
    }

    [Fact]
    public void Write_LargestEvents_FitAndAreReadBack()
    {
        var queue = new SessionQueue(Capacity);
        EventCopy largest = Touch(9) with { IsRecord = true, Client = Text('c', 45), Fields = Text('f', SessionFields.MaxBytes) };
        for (int round = 0; round < 100; round++)
        {
            Assert.True(Write(queue, largest));
            Assert.True(Write(queue, largest with { Requests = 1 }));
            Assert.Equal([largest, largest with { Requests = 1 }], EventCopy.Drain(queue));
        }
    }

    [Fact]
    public void Peek_Twice_ReturnsTheSameEvent()
    {
        var queue = new SessionQueue(Capacity);
        Assert.False(queue.TryPeek(out _));
        Write(queue, Touch(1));
        Write(queue, Touch(2));
        Assert.True(queue.TryPeek(out SessionEvent first));
        Assert.True(queue.TryPeek(out SessionEvent again));
        Assert.Equal(EventCopy.Of(first), EventCopy.Of(again));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-8)]
    [InlineData(8 * 1024)]
    [InlineData(Capacity + 8)]
    public void New_InvalidCapacity_Throws(int capacity) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new SessionQueue(capacity));

    [Fact]
    public void WriteAndRead_AfterTheConstructor_AllocateNothing()
    {
        var queue = new SessionQueue(Capacity);
        byte[] fields = Encoding.ASCII.GetBytes(Text('f', 333));
        int rounds = 0, sum = 0;
        long allocated = WarmAllocation.Least(10_000, () =>
        {
            rounds++;
            sum += queue.TryWrite(new SessionEvent { Id = default, ServerTag = 1, CreatedAt = 1, SeenAt = 1, Requests = 1, IsRecord = true, Fields = fields }) ? 1 : 0;
            sum += queue.TryPeek(out SessionEvent read) ? read.Fields.Length : 0;
            queue.Release();
        });
        Assert.Equal(0, allocated);
        Assert.Equal(rounds * 334, sum);
    }

    [Fact]
    public void WriteAndRead_OnTwoThreads_NothingIsLostOrTorn()
    {
        const int items = 300_000;
        var queue = new SessionQueue(Capacity);
        var writer = new Thread(() =>
        {
            for (uint i = 0; i < items; i++)
            {
                SessionEvent item = Numbered(i).Event();
                while (!queue.TryWrite(item))
                {
                    Thread.Yield();
                }
            }
        })
        { IsBackground = true };
        writer.Start();
        for (uint i = 0; i < items; i++)
        {
            SessionEvent item;
            while (!queue.TryPeek(out item))
            {
                Thread.Yield();
            }
            Assert.Equal(Numbered(i), EventCopy.Of(item));
            queue.Release();
        }
        writer.Join();
        Assert.Equal(0, queue.Waiting);
    }

    private static EventCopy Touch(uint number) => new(SessionSamples.Id(number), number, 1, 2, number, false, "", "");

    /// <summary>Events of many sizes; the number determines each byte.</summary>
    private static EventCopy Numbered(uint i) => Touch(i) with
    {
        IsRecord = i % 3 == 0,
        Client = Text((char)('a' + i % 26), (int)(i % 46)),
        Fields = Text((char)('A' + i % 26), (int)(i * 7 % 200)),
    };

    private static string Text(char of, int length) => new(of, length);

    /// <summary>Advances an empty queue until the next entry starts at this offset.</summary>
    private static void MoveTo(SessionQueue queue, int place)
    {
        while (place >= 2 * HeaderBytes)
        {
            WriteAndTake(queue, 0);
            place -= HeaderBytes;
        }
        WriteAndTake(queue, place - HeaderBytes);
    }

    private static void WriteAndTake(SessionQueue queue, int fields)
    {
        Assert.True(Write(queue, Touch(0) with { Fields = Text('f', fields) }));
        Assert.Single(EventCopy.Drain(queue));
    }

    private static bool Write(SessionQueue queue, EventCopy item) => queue.TryWrite(item.Event());

    private static void Write(SessionQueue queue, Queue<EventCopy> model, EventCopy item)
    {
        long waited = queue.Waiting;
        if (Write(queue, item))
        {
            model.Enqueue(item);
        }
        else
        {
            // Refused only for lack of space: the entry's size, and the most that may be skipped.
            int largest = HeaderBytes + 45 + SessionFields.MaxBytes + 8;
            Assert.True(waited + 2 * largest > Capacity);
        }
    }

    private static void Take(SessionQueue queue, Queue<EventCopy> model)
    {
        Assert.Equal(model.Count > 0, queue.TryPeek(out SessionEvent item));
        if (model.TryDequeue(out EventCopy? expected))
        {
            Assert.Equal(expected, EventCopy.Of(item));
            queue.Release();
        }
    }
}

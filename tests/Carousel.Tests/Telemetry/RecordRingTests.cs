using System.Text;
using Carousel.Core.Telemetry;
using Xunit;

namespace Carousel.Tests.Telemetry;

public sealed class RecordRingTests
{
    private readonly RecordRing _ring = new(16 * 1024);
    private readonly RecordCopy _copy = new();

    [Fact]
    public void TryRead_Empty_IsFalse()
    {
        var cursor = default(RecordCursor);
        Assert.False(_ring.TryRead(ref cursor, _copy));
    }

    [Fact]
    public void TryRead_RecordsOfAnyLength_MatchTheWrites()
    {
        var cursor = default(RecordCursor);
        for (int i = 0; i < 5_000; i++)
        {
            Write(_ring, i);
            Assert.True(_ring.TryRead(ref cursor, _copy));
            AssertIs(i, _copy);
            Assert.False(_ring.TryRead(ref cursor, _copy));
        }
        Assert.Equal(0, cursor.Lost);
    }

    [Fact]
    public void TryRead_Overwritten_SkipsToTheOldestAndCountsLost()
    {
        var cursor = default(RecordCursor);
        const int written = 1_000;
        for (int i = 0; i < written; i++)
        {
            Write(_ring, i);
        }
        int read = 0;
        while (_ring.TryRead(ref cursor, _copy))
        {
            AssertIs((int)cursor.Lost + read, _copy);
            read++;
        }
        Assert.Equal(written, cursor.Lost + read);
        Assert.InRange(read, 16, 16 * 1024 / 300);
    }

    [Fact]
    public void Newest_ThenWritten_ReadsOnlyNewRecords()
    {
        Write(_ring, 0);
        RecordCursor cursor = _ring.Newest;
        Assert.False(_ring.TryRead(ref cursor, _copy));
        Write(_ring, 1);
        Assert.True(_ring.TryRead(ref cursor, _copy));
        AssertIs(1, _copy);
        Assert.Equal(0, cursor.Lost);
    }

    [Fact]
    public void Write_LongerThanAnEighth_CountsAsLost()
    {
        var cursor = default(RecordCursor);
        _ring.Add(default, new byte[3_000]);
        Write(_ring, 1);
        Assert.True(_ring.TryRead(ref cursor, _copy));
        AssertIs(1, _copy);
        Assert.Equal(1, cursor.Lost);
    }

    /// <summary>Readers get complete records only, however fast they are overwritten.</summary>
    [Fact]
    public void TryRead_ConcurrentOverwrite_NeverReturnsAPartialRecord()
    {
        const int written = 300_000;
        var ring = new RecordRing(8 * 1024);
        var reader = new Thread(() =>
        {
            for (int i = 0; i < written; i++)
            {
                Write(ring, i);
            }
        });
        var cursor = default(RecordCursor);
        long read = 0, last = -1;
        reader.Start();
        bool ended;
        do
        {
            ended = !reader.IsAlive;
            while (ring.TryRead(ref cursor, _copy))
            {
                Assert.True(_copy.Record.Number > last);
                last = _copy.Record.Number;
                AssertIs((int)last, _copy);
                read++;
            }
        }
        while (!ended);
        Assert.Equal((written, written - 1), (read + cursor.Lost, last));
    }

    private static string Text(int i) => new((char)('a' + i % 26), i % 97);

    private static void Write(RecordRing ring, int i)
    {
        var record = new RequestRecord { Id = (ulong)i, BytesOut = ~(long)i };
        ring.Add(record, Encoding.ASCII.GetBytes($"M{i}"), Encoding.ASCII.GetBytes(Text(i)));
    }

    private static void AssertIs(int i, RecordCopy copy)
    {
        Assert.Equal((i, (ulong)i, ~(long)i), (copy.Record.Number, copy.Record.Id, copy.Record.BytesOut));
        Assert.Equal($"M{i}", Encoding.ASCII.GetString(copy.Text(RecordText.Method)));
        Assert.Equal(Text(i), Encoding.ASCII.GetString(copy.Text(RecordText.Target)));
        Assert.True(copy.Text(RecordText.Referer).IsEmpty);
    }
}

using System.Text;
using Carousel.Logging;
using Xunit;

namespace Carousel.Tests.Logging;

public class LineQueueTests
{
    private readonly LineQueue _queue = new(maxLines: 3, maxBytes: 10, dropped => Encoding.ASCII.GetBytes($"-{dropped}"));

    [Fact]
    public void TryAdd_UpToTheLimitOfLines_KeepsTheirOrder()
    {
        Assert.True(Add("a") && Add("b") && Add("c"));
        Assert.False(Add("d"));
        Assert.Equal(1, _queue.Dropped);
        Assert.Equal("a b c -1", TakeAll());
    }

    [Fact]
    public void TryAdd_ByteLimitReached_Drops()
    {
        Assert.True(Add("123456"));
        Assert.False(Add("12345"));
        Assert.True(Add("1234"));
        Assert.Equal("123456 -1 1234", TakeAll());
    }

    [Fact]
    public void TryAdd_AfterDrops_ReportsTheGapInPlace()
    {
        Add("a");
        Add("b");
        Add("c");
        Add("d");
        Add("e");
        Assert.Equal("a", Take());
        Assert.True(Add("f"));
        Assert.Equal("b c -2 f", TakeAll());
        Assert.Equal(2, _queue.Dropped);
        Assert.True(Add("g"));
        Assert.Equal("g", TakeAll());
    }

    [Fact]
    public void Peek_Empty_IsNull()
    {
        Assert.Null(_queue.Peek());
        Add("a");
        Assert.Same(_queue.Peek(), _queue.Peek());
    }

    private bool Add(string line) => _queue.TryAdd(Encoding.ASCII.GetBytes(line));

    private string? Take()
    {
        byte[]? line = _queue.Peek();
        if (line is not null)
        {
            _queue.Remove();
        }
        return line is null ? null : Encoding.ASCII.GetString(line);
    }

    private string TakeAll()
    {
        var all = new List<string>();
        while (Take() is { } line)
        {
            all.Add(line);
        }
        return string.Join(' ', all);
    }
}

using System.Text;
using Carousel.Logging;
using Xunit;

namespace Carousel.Tests.Logging;

public sealed class OutputWriterTests : IDisposable
{
    private const int NoSpace = -28;

    private readonly ScriptedOutput _output = new();
    private readonly OutputWriter _writer;

    public OutputWriterTests() =>
        _writer = new OutputWriter("test", _output.Write, dropped => Encoding.ASCII.GetBytes($"{dropped} dropped\n"), TimeSpan.FromMilliseconds(1));

    public void Dispose()
    {
        _output.Dispose();
        _writer.Dispose();
    }

    [Fact]
    public void Write_Lines_AreWrittenInOrder()
    {
        Write("one\n");
        Write("two\n");
        _writer.Dispose();
        Assert.Equal("one\ntwo\n", _output.Taken);
        Assert.Equal((0, 0), (_writer.Dropped, _writer.Errors));
    }

    [Fact]
    public void Write_OutputHangs_CallersDoNotBlockAndDropsAreCounted()
    {
        _output.Hang();
        Write("first\n");
        _output.UntilCalled();
        for (int i = 1; i < OutputWriter.MaxLines + 5; i++)
        {
            Write("x\n");
        }
        Assert.Equal(5, _writer.Dropped);
        _output.GoOn();
        _writer.Dispose();
        Assert.Equal("first\n" + string.Concat(Enumerable.Repeat("x\n", OutputWriter.MaxLines - 1)) + "5 dropped\n", _output.Taken);
    }

    [Fact]
    public void Write_OutputFails_IsRetriedUntilItSucceeds()
    {
        _output.Gives(NoSpace);
        Write("one\n");
        _output.UntilCalled();
        _output.UntilCalled();
        Write("two\n");
        _output.Gives(int.MaxValue);
        _output.UntilTaken("one\ntwo\n");
        Assert.InRange(_writer.Errors, 1, long.MaxValue);
        Assert.Equal(0, _writer.Dropped);
    }

    [Fact]
    public void Write_OneByteAtATime_WritesTheWholeLine()
    {
        _output.Gives(1);
        Write("one\n");
        _output.UntilTaken("one\n");
    }

    [Fact]
    public void Write_OutputTemporarilyFull_IsNotAnError()
    {
        _output.Gives(-StandardStreams.WouldBlock);
        Write("one\n");
        _output.UntilCalled();
        _output.UntilCalled();
        _output.Gives(int.MaxValue);
        _output.UntilTaken("one\n");
        Assert.Equal(0, _writer.Errors);
    }

    [Fact]
    public void Dispose_OutputHangs_Returns()
    {
        _output.Hang();
        Write("one\n");
        _output.UntilCalled();
        _writer.Dispose();
        Assert.Equal("", _output.Taken);
    }

    [Fact]
    public void Dispose_OutputFails_GivesUp()
    {
        _output.Gives(NoSpace);
        Write("one\n");
        _writer.Dispose();
        Assert.Equal("", _output.Taken);
    }

    private void Write(string line) => _writer.Write(Encoding.ASCII.GetBytes(line));
}

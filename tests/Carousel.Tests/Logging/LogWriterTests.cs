using System.Text.Json;
using Carousel.Control.Telemetry;
using Carousel.Core.Events;
using Carousel.Logging;
using Carousel.Tests.Harness;
using Xunit;

namespace Carousel.Tests.Logging;

public sealed class LogWriterTests : IDisposable
{
    private readonly ScriptedOutput _output = new(), _error = new();

    public void Dispose()
    {
        _output.Dispose();
        _error.Dispose();
    }

    [Theory]
    [InlineData(EventLevel.Info, "info warn error")]
    [InlineData(EventLevel.Warning, "warn error")]
    [InlineData(EventLevel.Error, "error")]
    public void Write_Level_OmitsLowerLevels(EventLevel least, string expected)
    {
        using (LogWriter writer = Writer(new LogSettings { Level = least }))
        {
            writer.Write(new LogLine(EventLevel.Info, "x"));
            writer.Write(new LogLine(EventLevel.Warning, "x"));
            writer.Write(new LogLine(EventLevel.Error, "x"));
        }
        Assert.Equal(expected, string.Join(' ', _error.Taken.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[1])));
    }

    [Fact]
    public void Print_Json_IsOneObjectPerLine()
    {
        using (LogWriter writer = Writer(new LogSettings { IsJson = true }))
        {
            writer.Print("\ncarousel 1 listening\nCtrl-C\n");
        }
        Assert.Equal(["carousel 1 listening", "Ctrl-C"],
            _output.Taken.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("message").GetString()));
    }

    [Fact]
    public void Fail_AnyLevel_WritesPlainText()
    {
        using (LogWriter writer = Writer(new LogSettings { Level = EventLevel.Error }))
        {
            writer.Fail("port 80 is taken");
        }
        Assert.Equal("carousel: port 80 is taken\n", _error.Taken);
    }

    [Fact]
    public void Write_OutputHangs_DoesNotBlockTheLog()
    {
        _output.Hang();
        using LogWriter writer = Writer(new LogSettings());
        writer.Print("banner\n");
        _output.UntilCalled();
        writer.Write(new LogLine(EventLevel.Info, "hello"));
        _error.UntilTaken("2026-11-23T16:30:00Z info hello\n");
    }

    private LogWriter Writer(LogSettings settings) => new(settings, new ManualTime(), _output.Write, _error.Write);
}

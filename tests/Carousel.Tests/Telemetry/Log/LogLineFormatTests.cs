using System.Text;
using System.Text.Json;
using Carousel.Control.Telemetry;
using Carousel.Core.Events;
using Carousel.Core.Telemetry;
using Carousel.Tests.Harness;
using Xunit;

namespace Carousel.Tests.Telemetry;

public class LogLineFormatTests
{
    private static readonly LogLine Failure = new(EventLevel.Error, "connect-refused: blue refused")
    {
        Server = "blue",
        Reason = FailureReason.ConnectRefused,
        Activity = "connecting to the server",
        Errno = 111,
        Count = 57,
    };

    [Theory]
    [InlineData(EventLevel.Info, "info")]
    [InlineData(EventLevel.Good, "info")]
    [InlineData(EventLevel.Warning, "warn")]
    [InlineData(EventLevel.Error, "error")]
    public void Text_EachLevel_HasItsName(EventLevel level, string name) => Assert.Equal($"2026-11-23T16:30:00Z {name} hello\n", Text(new LogLine(level, "hello")));

    [Fact]
    public void Text_ControlCharacters_CannotStartALine() => Assert.Equal(
        "2026-11-23T16:30:00Z info a\n    2026-11-23T16:30:00Z error forged\n    \uFFFD[31m\n",
        Text(new LogLine(EventLevel.Info, "a\n2026-11-23T16:30:00Z error forged\r\n\e[31m")));

    [Fact]
    public void Json_Failure_HasAllFields() => Assert.Equal(
        """{"time":"2026-11-23T16:30:00.000000Z","level":"error","message":"connect-refused: blue refused","server":"blue","reason":"connect-refused","activity":"connecting to the server","errno":"""
            + """111,"count":57}""" + "\n",
        Json(Failure));

    [Fact]
    public void Json_UnknownFields_AreOmitted() => Assert.Equal(
        """{"time":"2026-11-23T16:30:00.000000Z","level":"info","message":"hello"}""" + "\n", Json(new LogLine(EventLevel.Info, "hello")));

    [Fact]
    public void Json_AnyText_IsOneLineThatParses()
    {
        const string nasty = "a\"b\\c\nd\u2028\e[31m";
        string line = Json(new LogLine(EventLevel.Warning, nasty) { Server = nasty });
        Assert.Equal(1, line.Count(c => c is '\n' or '\u2028'));
        JsonElement root = JsonDocument.Parse(line).RootElement;
        Assert.Equal((nasty, nasty), (root.GetProperty("message").GetString(), root.GetProperty("server").GetString()));
    }

    private static string Text(in LogLine line) => Encoding.UTF8.GetString(new LogLineFormat(isJson: false, new ManualTime()).Format(line));

    private static string Json(in LogLine line) => Encoding.UTF8.GetString(new LogLineFormat(isJson: true, new ManualTime()).Format(line));
}

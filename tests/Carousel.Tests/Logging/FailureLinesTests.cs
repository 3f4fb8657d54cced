using Carousel.Core.Config;
using Carousel.Core.Events;
using Carousel.Core.Servers;
using Carousel.Core.Telemetry;
using Carousel.Logging;
using Carousel.Tests.Harness;
using Xunit;

namespace Carousel.Tests.Logging;

public class FailureLinesTests
{
    private static readonly Server[] Servers = [.. TestPool.Servers(ServersParser.Parse("localhost:8001 name=blue\nlocalhost:8002").Servers)];
    private static readonly FailureEvent Refused = new(FailureReason.ConnectRefused, "connecting to the server", Servers[0], 111);

    private readonly FailureLines _lines = new(clientsToo: false, () => "all 2 servers are down");

    [Fact]
    public void Take_FirstOfAKind_IsWrittenImmediately() => Assert.Equal(
        "connect-refused: http://localhost:8001 (blue) refused the connection while connecting to the server (errno 111)", _lines.Take(Refused)?.Message);

    [Fact]
    public void Take_ManyOfAKind_IsOneLinePerSecond()
    {
        _lines.Take(Refused);
        for (int i = 0; i < 57; i++)
        {
            Assert.Null(_lines.Take(Refused));
        }

        Assert.EndsWith("(errno 111) x57", Assert.Single(_lines.EndSecond()).Message);
        Assert.Null(_lines.Take(Refused));
        Assert.EndsWith("(errno 111)", Assert.Single(_lines.EndSecond()).Message);
        Assert.Empty(_lines.EndSecond());
        Assert.NotNull(_lines.Take(Refused));
    }

    [Fact]
    public void Take_Failure_HasItsFieldsInTheLine() => Assert.Equal(
        (EventLevel.Error, "blue", FailureReason.ConnectRefused, "connecting to the server", 111, 1),
        _lines.Take(Refused) is { } line ? (line.Level, line.Server, line.Reason, line.Activity, line.Errno, line.Count) : default);

    [Fact]
    public void Take_AnotherServerOrActivity_IsAnotherKind()
    {
        _lines.Take(Refused);

        Assert.Equal(
            "connect-refused: http://localhost:8002 refused the connection while connecting to the server (errno 111)",
            _lines.Take(Refused with { Server = Servers[1] })?.Message);
        Assert.NotNull(_lines.Take(Refused with { Activity = "trying again" }));
    }

    [Fact]
    public void Take_WithoutServer_HasTheReasonOfThePool() => Assert.Equal(
        "no-server: all 2 servers are down while choosing a server",
        _lines.Take(new FailureEvent(FailureReason.NoServer, "choosing a server", null, 0))?.Message);

    [Fact]
    public void Take_SentenceAboutTheServersResponse_NamesTheServerFirst() => Assert.Equal(
        "bad-answer: http://localhost:8002: the server's response is not valid HTTP/1.1 while reading the answer's head",
        _lines.Take(new FailureEvent(FailureReason.BadAnswer, "reading the answer's head", Servers[1], 0))?.Message);

    [Fact]
    public void Take_ClientFailure_OnlyIfEnabled()
    {
        var failure = new FailureEvent(FailureReason.BadHost, "reading the request's head", null, 0);

        Assert.Null(_lines.Take(failure));
        Assert.Equal(EventLevel.Info, new FailureLines(clientsToo: true, () => "").Take(failure)?.Level);
        Assert.Empty(_lines.EndSecond());
        Assert.Equal(
            "bad-host: the Host field is missing, repeated or malformed while reading the request's head",
            new FailureLines(clientsToo: true, () => "").Take(failure)?.Message);
    }
}

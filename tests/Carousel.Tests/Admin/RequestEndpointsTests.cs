using System.Text;
using Carousel.Control.Admin;
using Carousel.Core.Telemetry;
using Carousel.Tests.Telemetry;
using Xunit;

namespace Carousel.Tests.Admin;

public class RequestEndpointsTests
{
    private const string Servers = "http://10.0.0.1:80 name=blue\nhttp://10.0.0.2:80 name=green";

    [Fact]
    public void Find_ByGeneratedId_HasEveryAttempt()
    {
        AdminContext context = Admin.Over(Servers);
        Write(context, worker: 0, id: 1, "GET", "/other");
        Write(context, worker: 1, id: 0xabc, "GET", "/it?x=1");
        Write(context, worker: 1, id: 2, "GET", "/later");

        RequestView view = new RequestEndpoints(context).Find("0000000000000abc");

        Assert.Equal(("0000000000000abc", "GET", "/it?x=1", "192.0.2.7:1234"), (view.Id, view.Method, view.Target, view.Client));
        Assert.Equal((200, null, "returning", 12.5, 3), (view.Status, view.Reason, view.Visit, view.TotalMs, view.AttemptCount));
        Assert.Equal((0.5, null, 9.0), (view.RoutedMs, view.ConnectedMs, view.FirstByteMs));
        Assert.Equal(
            [
                new AttemptView("blue", "http://10.0.0.1:80", 0.1, 0.2, "connect-refused", "the server refused the connection", false),
                new AttemptView("00000000000000ff", null, 0.3, 0.1, "server-closed", "the server closed the connection before responding", true),
                new AttemptView("green", "http://10.0.0.2:80", 0.5, 12, null, null, true),
            ],
            view.Attempts);
        Assert.InRange(TimeProvider.System.GetUtcNow() - view.At, TimeSpan.FromSeconds(4), TimeSpan.FromMinutes(5));
    }

    [Fact]
    public void Find_ByGivenId_IgnoresTheGeneratedId()
    {
        AdminContext context = Admin.Over(Servers);
        Write(context, worker: 0, id: 0xabc, "POST", "/given", "edge-1");

        Assert.Equal("/given", new RequestEndpoints(context).Find("edge-1").Target);
        Assert.Throws<ProblemException>(() => new RequestEndpoints(context).Find("0000000000000abc"));
    }

    [Theory]
    [InlineData("0000000000000001")]
    [InlineData("abc")]
    [InlineData("")]
    public void Find_UnknownId_Throws(string id)
    {
        AdminContext context = Admin.Over(Servers);
        Write(context, worker: 0, id: 0xabc, "GET", "/");

        Assert.Equal(404, Assert.Throws<ProblemException>(() => new RequestEndpoints(context).Find(id)).Status);
    }

    private static void Write(AdminContext context, int worker, ulong id, string method, string target, string given = "")
    {
        var servers = context.Pool.Current.Servers;
        var record = new RequestRecord
        {
            Id = id,
            BeganMicros = (long)TimeProvider.System.GetElapsedTime(0).TotalMicroseconds - 5_000_000,
            RoutedMicros = 500,
            FirstByteMicros = 9_000,
            TotalMicros = 12_500,
            Client = new UInt128(0, 0xffff_c000_0207),
            ClientPort = 1234,
            Status = 200,
            SessionOutcome = SessionOutcome.Returning,
            AttemptCount = 3,
        };
        record.Attempts[0] = new AttemptRecord(servers[0].Tag, 100, 200, FailureReason.ConnectRefused, false);
        record.Attempts[1] = new AttemptRecord(0xff, 300, 100, FailureReason.ServerClosed, true);
        record.Attempts[2] = new AttemptRecord(servers[1].Tag, 500, 12_000, FailureReason.None, true);
        context.Traffic.Records[worker].Add(record, Encoding.ASCII.GetBytes(method), Encoding.ASCII.GetBytes(target), Encoding.ASCII.GetBytes(given));
    }
}

using System.Text;
using Carousel.Core.Net;
using Carousel.Core.Servers;
using Carousel.Core.Telemetry;
using Carousel.Engine;
using Carousel.Engine.Linux;
using Carousel.Tests.Proxy.Fakes;
using Xunit;

namespace Carousel.Tests.Proxy;

/// <summary>What is recorded of requests: counters, records, and request ids.</summary>
public sealed class RecordingTests
{
    private RecordCursor _cursor;

    [Fact]
    public void Request_Served_IsRecordedWithTimesBytesAndTexts()
    {
        using var rig = new Rig(requestIds: true) { OnRequest = (_, _) => null };
        FakeSocket client = rig.Connect(Rig.Get("/path?q=1", "User-Agent: me\r\nReferer: there\r\n"));
        rig.Advance(30);
        rig.Servers[0].Send(Rig.Ok("hello"));
        rig.Run();

        RecordCopy recorded = Next(rig);
        RequestRecord record = recorded.Record;
        Assert.Equal(("GET", "/path?q=1", "h", "me", "there", ""), (Text(recorded, RecordText.Method), Text(recorded, RecordText.Target), Text(recorded, RecordText.Host),
            Text(recorded, RecordText.UserAgent), Text(recorded, RecordText.Referer), Text(recorded, RecordText.GivenId)));
        Assert.Equal((200, FailureReason.None, SessionOutcome.None, 1), (record.Status, record.Reason, record.SessionOutcome, record.AttemptCount));
        Assert.Equal((0u, 0u, 30_000u, 30_000u), (record.RoutedMicros, record.ConnectedMicros, record.FirstByteMicros, record.TotalMicros));
        Assert.Equal((client.TakenText.Length, 40000), ((int)record.BytesOut, (int)record.ClientPort));
        Assert.Equal(Rig.Get("/path?q=1", "User-Agent: me\r\nReferer: there\r\n").Length, record.BytesIn);
        Assert.Equal(new AttemptRecord(Server(rig).Tag, 0, 30_000, FailureReason.None, Reused: false), record.Attempts[0]);

        ServerCounterSnapshot counted = Server(rig).Traffic.Read();
        (LatencyTotals firstByte, LatencyTotals total) = Latencies(rig);
        Assert.Equal((1, 1, 1, 0, 1), (counted.ByClass[2], counted.Attempts, counted.Connects, counted.Reuses, counted.OpenConnections));
        Assert.Equal((1, 30_000, 1, 30_000), (firstByte.Count, firstByte.SumMicros, total.Count, total.SumMicros));
        Assert.Equal(Rig.Ok("hello").Length, counted.BytesReceived);
        Assert.True(counted.BytesSent > record.BytesIn);
        WorkerCounters worker = rig.Traffic.Workers[0];
        Assert.Equal((1, 1, 1), (worker.Requests, worker.Connections, worker.Accepted));
        rig.AssertNothingLeft();
        Assert.Equal((0, 0), (worker.Connections, Server(rig).Traffic.Read().OpenConnections));
    }

    [Fact]
    public void Requests_OnOneConnection_EachHasAnIdThatTheServerGets()
    {
        var received = new List<string>();
        using var rig = new Rig(requestIds: true) { OnRequest = (_, request) => { received.Add(request.Field("X-Request-Id")!); return [Rig.Ok("x", "X-Request-Id: theirs\r\n")]; } };
        FakeSocket client = rig.Connect(Rig.Get("/1", "X-Request-Id: forged\r\n") + Rig.Get("/2"));
        string[] responded = [.. Message.Responds(client.TakenText, ["GET", "GET"], false).Select(response => response.Field("X-Request-Id")!)];
        string[] recorded = [$"{Next(rig).Record.Id:x16}", $"{Next(rig).Record.Id:x16}"];
        Assert.Equal(recorded, received);
        Assert.Equal(recorded, responded);
        Assert.Equal(2, recorded.Distinct().Count());
        Assert.Equal(1, Server(rig).Traffic.Read().Reuses);
    }

    [Theory]
    [InlineData("0af7651916cd43dd-8448eb211c80319c", true)]
    [InlineData("with space", false)]
    [InlineData("", false)]
    public void Request_OfATrustedProxy_KeepsItsId(string id, bool isKept)
    {
        string? received = null;
        var options = new EngineOptions { TrustedProxies = [System.Net.IPNetwork.Parse("192.0.2.0/24")] };
        using var rig = new Rig(options, requestIds: true) { OnRequest = (_, request) => { received = request.Field("X-Request-Id"); return [Rig.Ok("x")]; } };
        FakeSocket client = rig.Connect(Rig.Get("/1", $"X-Request-Id: {id}\r\n"));
        RecordCopy recorded = Next(rig);
        string expected = isKept ? id : $"{recorded.Record.Id:x16}";
        Assert.Equal(isKept ? id : "", Text(recorded, RecordText.GivenId));
        Assert.Equal((expected, expected), (received, HeldRig.Only(client).Field("X-Request-Id")));
    }

    [Theory]
    [InlineData(true, "X-Forwarded-For: 198.51.100.1, 203.0.113.9:4711\r\n", "203.0.113.9", 0)]
    [InlineData(true, "X-Forwarded-For: ::ffff:203.0.113.9\r\n", "203.0.113.9", 0)]
    [InlineData(true, "Forwarded: for=\"[2001:DB8::1]:443\"\r\n", "2001:db8::1", 0)]
    [InlineData(true, "X-Forwarded-For: unknown\r\n", "192.0.2.1", 40000)]
    [InlineData(true, "", "192.0.2.1", 40000)]
    [InlineData(false, "X-Forwarded-For: 203.0.113.9\r\n", "192.0.2.1", 40000)]
    public void Request_Client_IsTheOneATrustedProxyNames(bool isTrusted, string fields, string client, int port)
    {
        using var rig = new Rig(isTrusted ? new EngineOptions { TrustedProxies = [System.Net.IPNetwork.Parse("192.0.2.0/24")] } : null);
        rig.Connect(Rig.Get("/1", fields) + Rig.Get("/2") + "bad\r\n\r\n");
        RequestRecord named = Next(rig).Record;
        Assert.Equal((client, port), (new ClientAddress(named.Client).ToString(), named.ClientPort));
        // A forwarding field applies to its own request only, not to others on the connection.
        Assert.All(new[] { Next(rig).Record, Next(rig).Record }, record =>
            Assert.Equal(("192.0.2.1", 40000), (new ClientAddress(record.Client).ToString(), (int)record.ClientPort)));
    }

    [Fact]
    public void RequestIds_Off_AreForwarded()
    {
        string? received = null;
        using var rig = new Rig { OnRequest = (_, request) => { received = request.Field("X-Request-Id"); return [Rig.Ok("x", "X-Request-Id: theirs\r\n")]; } };
        FakeSocket client = rig.Connect(Rig.Get("/1", "X-Request-Id: mine\r\n"));
        Assert.Equal(("mine", "theirs"), (received, HeldRig.Only(client).Field("X-Request-Id")));
    }

    [Fact]
    public void Server_Refuses_BothAttemptsAreRecorded()
    {
        using var rig = new Rig(servers: 2);
        Refuse(rig, times: 1);
        rig.Connect(Rig.Get("/"));
        RequestRecord record = Next(rig).Record;
        Assert.Equal((200, FailureReason.None, 2), (record.Status, record.Reason, record.AttemptCount));
        Assert.Equal([FailureReason.ConnectRefused, FailureReason.None], new[] { record.Attempts[0].Reason, record.Attempts[1].Reason });
        Assert.Equal(2, new[] { record.Attempts[0].ServerTag, record.Attempts[1].ServerTag }.Distinct().Count());
        ServerCounterSnapshot refused = rig.Pool.Current.Find(record.Attempts[0].ServerTag)!.Traffic.Read();
        Assert.Equal((1, 1, 0), (refused.Attempts, refused.ByReason[(int)FailureReason.ConnectRefused], refused.Responses));
        Assert.Equal(0, rig.Traffic.Workers[0].ByReason[(int)FailureReason.ConnectRefused]);
    }

    [Fact]
    public void Servers_AllRefuse_FailureIsRecordedOnce()
    {
        using var rig = new Rig(servers: 2, requestIds: true);
        Refuse(rig, times: 2);
        FakeSocket client = rig.Connect(Rig.Get("/"));
        RequestRecord record = Next(rig).Record;
        Assert.Equal((502, FailureReason.ConnectRefused, 2), (record.Status, record.Reason, record.AttemptCount));
        Assert.Equal($"{record.Id:x16}", HeldRig.Only(client).Field("X-Request-Id"));
        Assert.Equal(1, rig.Traffic.Workers[0].ByReason[(int)FailureReason.ConnectRefused]);
        Assert.Equal(0, Latencies(rig).Total.Count);
    }

    [Fact]
    public void Request_Malformed_IsRecordedWithoutTexts()
    {
        using var rig = new Rig();
        rig.Connect("GET / HTTP/1.1\r\n\r\n");
        RecordCopy recorded = Next(rig);
        Assert.Equal((400, FailureReason.BadHost, 0), (recorded.Record.Status, recorded.Record.Reason, recorded.Record.AttemptCount));
        Assert.Equal("", Text(recorded, RecordText.Target));
    }

    [Fact]
    public void Client_ClosesWhileItWaits_IsRecorded()
    {
        using var rig = new Rig { OnRequest = (_, _) => null };
        FakeSocket client = rig.Connect(Rig.Get("/"));
        client.Reset();
        rig.Run();
        rig.Advance(1_000);
        RequestRecord record = Next(rig).Record;
        Assert.Equal((0, FailureReason.ClientClosed, 1), (record.Status, record.Reason, record.AttemptCount));
        Assert.Equal(1, rig.Traffic.Workers[0].ByReason[(int)FailureReason.ClientClosed]);
    }

    [Fact]
    public void Attempts_MoreThanAreRecorded_TheLastIsKept()
    {
        const int refusing = RequestRecord.MaxAttempts + 2;
        using var rig = new Rig(servers: refusing + 1);
        Refuse(rig, refusing);
        rig.Connect(Rig.Get("/"));
        RequestRecord record = Next(rig).Record;
        Assert.Equal((200, refusing + 1), (record.Status, record.AttemptCount));
        Assert.Equal((FailureReason.ConnectRefused, FailureReason.None), (record.Attempts[RequestRecord.MaxAttempts - 2].Reason, record.Attempts[RequestRecord.MaxAttempts - 1].Reason));
    }

    [Fact]
    public void Session_NewThenReturning_IsRecorded()
    {
        using var rig = new SessionRig();
        string cookie = SessionRig.CookieOf(rig.Ask())!;
        rig.Ask(cookie);
        RequestRecord first = Next(rig.Rig).Record, second = Next(rig.Rig).Record;
        Assert.Equal((SessionOutcome.New, SessionOutcome.Returning), (first.SessionOutcome, second.SessionOutcome));
        Assert.NotEqual(UInt128.Zero, first.Session);
        Assert.Equal(first.Session, second.Session);
    }

    private static void Refuse(Rig rig, int times) => rig.Network.OnConnect = _ => times-- > 0 ? -Errno.ECONNREFUSED : 0;

    private static Server Server(Rig rig) => rig.Pool.Current.Servers[0];

    private static (LatencyTotals FirstByte, LatencyTotals Total) Latencies(Rig rig)
    {
        (LatencyTotals firstByte, LatencyTotals total) = (new(), new());
        Server(rig).Traffic.ReadLatencies(firstByte, total);
        return (firstByte, total);
    }

    private static string Text(RecordCopy copy, RecordText text) => Encoding.Latin1.GetString(copy.Text(text));

    private RecordCopy Next(Rig rig)
    {
        var copy = new RecordCopy();
        Assert.True(rig.Traffic.Records[0].TryRead(ref _cursor, copy));
        return copy;
    }
}

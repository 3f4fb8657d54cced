using Carousel.Core.Sessions;
using Carousel.Engine;
using Carousel.Engine.Proxy;
using Carousel.Tests.Proxy.Fakes;
using Carousel.Tests.Sessions;
using Xunit;

namespace Carousel.Tests.Proxy;

/// <summary>What is written to the store.</summary>
public sealed class SessionRecordTests
{
    private const string Client = "192.0.2.1";

    private static readonly EngineOptions Trusting = new() { TrustedProxies = [System.Net.IPNetwork.Parse("192.0.2.0/24")] };

    [Fact]
    public void Record_NewSession_HasClientTimesAndFields()
    {
        using var rig = new SessionRig();
        rig.Ask(fields: "User-Agent: test\r\nAccept:  a ,b \r\nX-Empty:\r\nACCEPT: c\r\n");
        EventCopy update = Assert.Single(rig.StoreUpdates());
        Assert.Equal(new EventCopy(SessionRig.Read(Cookie(rig)).Id, rig.Pool.Servers[0].Tag, rig.Now, rig.Now, 1, true, Client, update.Fields), update);
        Assert.Equal([("User-Agent", "test"), ("Accept", "a ,b"), ("X-Empty", ""), ("ACCEPT", "c")], update.FieldsButHost());
        Assert.Contains("Host", update.Fields, StringComparison.Ordinal);

        static string Cookie(SessionRig rig) => SessionSamples.Cookie(
            new SessionTicket(SessionId.TryParse(rig.LastId, out SessionId id) ? id : default, 0, rig.Now, SessionRig.Key.Id), SessionRig.Key);
    }

    /// <summary>Hop-by-hop fields are not recorded, nor are the balancer's own.</summary>
    [Fact]
    public void Record_FieldsOfTheHop_AreLeftOut()
    {
        using var rig = new SessionRig();
        rig.Ask(fields: "Connection: close, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: 2\r\nTE: trailers\r\nProxy-Connection: x\r\nUpgrade: y\r\nX-Stays: 3\r\n"
            + "X-Session-Id: 4\r\nX-Session-Moved: 5\r\nX-Forwarded-For: 6\r\nTrailer: z\r\n");
        Assert.Equal([("X-Stays", "3")], Assert.Single(rig.StoreUpdates()).FieldsButHost());
    }

    [Fact]
    public void Record_EveryCredential_IsLeftOut()
    {
        using var rig = new SessionRig(new SessionOptions { SparesStateless = false, HiddenFields = ["X-Employee"] });
        string[] names = [.. CredentialNames.Known, .. CredentialNames.Words.Select(word => $"X-Some-{word}-Thing"), "x-employee"];
        string[][] batches = [.. names.Where(name => name != "cookie").Chunk(40)];
        foreach (string[] batch in batches)
        {
            rig.Ask(fields: string.Concat(batch.Select(name => $"{name}: Bearer hunter2\r\n{name.ToUpperInvariant()}: hunter2\r\n"))
                + "Cookie: password=hunter2\r\nX-Plain: 1\r\n");
        }
        List<EventCopy> updates = rig.StoreUpdates();
        Assert.Equal(batches.Length, updates.Count);
        Assert.All(updates, record => Assert.Equal([("X-Plain", "1")], record.FieldsButHost()));
    }

    [Fact]
    public void Record_MoreFieldsThanRoom_HasThoseThatFit()
    {
        using var rig = new SessionRig();
        rig.Ask(fields: $"A: {new string('a', 3000)}\r\nB: {new string('b', 1200)}\r\nC: {new string('c', 500)}\r\n");
        Assert.Equal(["A", "C"], Assert.Single(rig.StoreUpdates()).FieldsButHost().Select(field => field.Name));
    }

    [Theory]
    [InlineData(true, "X-Forwarded-For: 203.0.113.9\r\n", "203.0.113.9")]
    [InlineData(true, "X-Forwarded-For: 198.51.100.1, 203.0.113.9 \r\n", "203.0.113.9")]
    [InlineData(true, "X-Forwarded-For: 198.51.100.1\r\nX-Forwarded-For: 2001:db8::1\r\n", "2001:db8::1")]
    [InlineData(true, "X-Forwarded-For: 198.51.100.1\r\nX-Forwarded-For:\r\n", "198.51.100.1")]
    [InlineData(true, "X-Forwarded-For: 203.0.113.9,\r\n", "203.0.113.9")]
    [InlineData(true, "X-Forwarded-For: 203.0.113.9, unknown\r\n", Client)]
    [InlineData(true, "X-Forwarded-For: 203.0.113.9:4711\r\n", "203.0.113.9")]
    [InlineData(true, "X-Forwarded-For: [2001:DB8::0:1]:443\r\n", "2001:db8::1")]
    [InlineData(true, "X-Forwarded-For: 198.51.100.1, 203.0.113.9, 192.0.2.80, ::ffff:192.0.2.81\r\n", "203.0.113.9")]
    [InlineData(true, "Forwarded: for=198.51.100.1, for=\"203.0.113.9:80\";proto=https, for=192.0.2.80\r\n", "203.0.113.9")]
    [InlineData(true, "X-Forwarded-For: this is by far longer than any address could ever be\r\n", Client)]
    [InlineData(true, "", Client)]
    [InlineData(false, "X-Forwarded-For: 203.0.113.9\r\n", Client)]
    public void Record_Client_IsTheOneATrustedProxyNames(bool isTrusted, string fields, string expected)
    {
        using var rig = new SessionRig(engine: isTrusted ? Trusting : null);
        rig.Ask(fields: fields);
        Assert.Equal(expected, Assert.Single(rig.StoreUpdates()).Client);
    }

    /// <summary>The first request after the worker has first seen the cookie writes the record; later ones only touch it.</summary>
    [Fact]
    public void Session_CookieReturned_IsRecordedOnceAndTouchedEveryTwoSeconds()
    {
        using var rig = new SessionRig();
        string cookie = rig.Cookie(5, age: 77);
        rig.Ask(cookie, "A: b\r\n");
        EventCopy record = Assert.Single(rig.StoreUpdates());
        Assert.Equal((SessionSamples.Id(5), true, 0u, rig.Now - 77), (record.Id, record.IsRecord, record.Requests, record.CreatedAt));
        Assert.Equal([("A", "b")], record.FieldsButHost());
        rig.Rig.Advance(1000);
        rig.Ask(cookie);
        rig.Ask(cookie);
        uint seen = rig.Now;
        Assert.Empty(rig.StoreUpdates());
        rig.AdvanceFlushInterval();
        EventCopy touch = new(SessionSamples.Id(5), rig.Pool.Servers[0].Tag, record.CreatedAt, seen, 3, false, "", "");
        Assert.Equal([touch], rig.StoreUpdates());
        rig.AdvanceFlushInterval();
        Assert.Empty(rig.StoreUpdates());
        rig.Ask(cookie);
        rig.AdvanceFlushInterval();
        Assert.Equal([touch with { SeenAt = seen + 4, Requests = 1 }], rig.StoreUpdates());
    }

    [Fact]
    public void Record_StoreLostItsData_IsWrittenAgain()
    {
        using var rig = new SessionRig();
        string cookie = rig.Cookie(5);
        rig.Ask(cookie);
        Assert.True(Assert.Single(rig.StoreUpdates()).IsRecord);
        rig.Ask(cookie);
        Assert.Empty(rig.StoreUpdates());
        rig.Channel.BeginStoreEpoch();
        rig.Ask(cookie);
        Assert.True(Assert.Single(rig.StoreUpdates()).IsRecord);
    }

    [Fact]
    public void Touch_SharedMode_NamesTheServerThatRespondedLast()
    {
        using var rig = new SessionRig(servers: 3);
        string cookie = rig.Cookie(5);
        for (int i = 0; i < 5; i++)
        {
            rig.Ask(cookie);
        }
        rig.StoreUpdates();
        rig.AdvanceFlushInterval();
        Assert.Equal(rig.Pool.Servers[rig.Last.Server].Tag, Assert.Single(rig.StoreUpdates()).ServerTag);
    }

    [Fact]
    public void Record_RenewedCookie_KeepsTheOldCreationTime()
    {
        using var rig = new SessionRig(new SessionOptions { Ttl = TimeSpan.FromSeconds(100) });
        Assert.NotNull(SessionRig.CookieOf(rig.Ask(rig.Cookie(5, age: 60))));
        Assert.Equal(rig.Now - 60, Assert.Single(rig.StoreUpdates()).CreatedAt);
    }

    [Fact]
    public void NewSessions_BeyondTheBudget_AreRecordedWhenTheyReturn()
    {
        using var rig = new SessionRig(new SessionOptions { NewRecordsPerSecond = 3 });
        string[] cookies = [.. Enumerable.Range(0, 5).Select(_ => SessionRig.CookieOf(rig.Ask())!)];
        Assert.Equal(3, rig.StoreUpdates().Count);
        Assert.Equal((5, 2), (rig.Counters.Minted, rig.Counters.Deferred));
        rig.Ask(cookies[4], "A: b\r\n");
        EventCopy record = Assert.Single(rig.StoreUpdates());
        Assert.Equal((SessionRig.Read(cookies[4]).Id, true), (record.Id, record.IsRecord));
        rig.Rig.Advance(1000);
        rig.Ask();
        Assert.Contains(rig.StoreUpdates(), update => update.IsRecord && update.Requests == 1);
    }

    /// <summary>A flood of new sessions takes nothing from the budget of returning ones, which is separate.</summary>
    [Fact]
    public void ReturningSessions_WhileNewOnesAreTooMany_AreRecordedWithinTheirBudget()
    {
        using var rig = new SessionRig(new SessionOptions { NewRecordsPerSecond = 3 });
        for (int i = 0; i < 10; i++)
        {
            rig.Ask();
        }
        rig.StoreUpdates();
        for (ulong session = 1; session <= 5; session++)
        {
            rig.Ask(rig.Cookie(session));
        }
        Assert.Equal([SessionSamples.Id(1), SessionSamples.Id(2), SessionSamples.Id(3)], rig.StoreUpdates().Select(update => update.Id));
        rig.Rig.Advance(1000);
        rig.Ask(rig.Cookie(5));
        Assert.True(Assert.Single(rig.StoreUpdates()).IsRecord);
    }

    /// <summary>A record is written from its request's head, which is kept until the response: however many wait, none is lost or mixed up.</summary>
    [Fact]
    public void NewSessions_WithManyPendingResponses_AreRecordedFromTheirOwnHeads()
    {
        using var rig = new SessionRig(new SessionOptions { NewRecordsPerSecond = 1_000_000 }) { OnRequest = _ => null };
        FakeSocket[] clients = [.. Enumerable.Range(0, 1030).Select(i => rig.Rig.Connect(Rig.Get($"/{i}", $"X-Number: {i}\r\n")))];
        foreach (FakeSocket server in rig.Rig.Servers)
        {
            server.Plan(Rig.Ok("hello"));
        }
        rig.Rig.Run();
        Assert.All(clients, client => Assert.Contains("Set-Cookie", client.TakenText, StringComparison.Ordinal));
        Assert.Equal(0, rig.Counters.Deferred);
        Assert.Equal(
            Enumerable.Range(0, 1030).Select(i => $"{i}").Order(),
            rig.StoreUpdates().Select(update => update.FieldsButHost().Single(field => field.Name == "X-Number").Value).Order());
    }

    [Fact]
    public void Queue_Full_IsCountedAndWrittenWhenTheSessionReturns()
    {
        using var rig = new SessionRig();
        rig.FillQueue();
        string cookie = SessionRig.CookieOf(rig.Ask())!;
        Assert.Equal(1, rig.Counters.Dropped);
        rig.Ask(cookie);
        Assert.Equal(2, rig.Counters.Dropped);
        rig.AdvanceFlushInterval();
        rig.StoreUpdates();
        rig.Ask(cookie, "A: b\r\n");
        EventCopy record = Assert.Single(rig.StoreUpdates());
        Assert.Equal((SessionRig.Read(cookie).Id, true), (record.Id, record.IsRecord));
        Assert.Equal([("A", "b")], record.FieldsButHost());
        rig.AdvanceFlushInterval();
        Assert.Equal(2u, Assert.Single(rig.StoreUpdates()).Requests);
        Assert.Equal(2, rig.Counters.Dropped);
    }

    [Fact]
    public void Touches_QueueFull_StayDirty()
    {
        using var rig = new SessionRig();
        string[] cookies = [rig.Cookie(1), rig.Cookie(2), rig.Cookie(3)];
        Array.ForEach(cookies, cookie => rig.Ask(cookie));
        rig.StoreUpdates();
        rig.FillQueue();
        rig.AdvanceFlushInterval();
        rig.Ask(cookies[1]);
        rig.AdvanceFlushInterval();
        rig.StoreUpdates();
        rig.AdvanceFlushInterval();
        Assert.Equal(
            [(SessionSamples.Id(1), 1u), (SessionSamples.Id(2), 2u), (SessionSamples.Id(3), 1u)],
            rig.StoreUpdates().Select(update => (update.Id, update.Requests)).OrderBy(update => update.Id.Low));
        Assert.Equal(0, rig.Counters.Dropped);
    }

    [Fact]
    public void Worker_Ends_FlushesAllDirtySessions()
    {
        using var rig = new SessionRig();
        rig.Ask(rig.Cookie(1));
        rig.Ask(rig.Cookie(1));
        rig.Ask(rig.Cookie(2));
        rig.StoreUpdates();
        rig.Rig.Worker.Post(new Mail(MailKind.Stop));
        rig.Rig.Poller.MailArrived = true;
        rig.Rig.Worker.Run();
        Assert.Equal([(SessionSamples.Id(1), 2u), (SessionSamples.Id(2), 1u)], rig.StoreUpdates().Select(update => (update.Id, update.Requests)).OrderBy(update => update.Id.Low));
    }

    [Fact]
    public void Reader_Asleep_IsWokenByARecord()
    {
        using var rig = new SessionRig();
        Assert.True(rig.Channel.TrySleep());
        rig.Ask();
        Assert.Equal(1, rig.Channel.Arrived.CurrentCount);
        Assert.Single(rig.StoreUpdates());
    }
}

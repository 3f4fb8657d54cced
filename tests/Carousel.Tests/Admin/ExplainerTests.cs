using System.Text;
using Carousel.Control.Admin;
using Carousel.Core.Policies;
using Carousel.Core.Servers;
using Carousel.Core.Sessions;
using Xunit;

namespace Carousel.Tests.Admin;

public class ExplainerTests
{
    private const string Servers = "http://10.0.0.1:80 name=blue\nhttp://10.0.0.2:80 name=green weight=3\nhttp://10.0.0.3:80 name=red drain\nhttp://10.0.0.4:80 name=grey backup";

    private static readonly SessionKey s_key = new(1, new byte[SessionKey.SecretBytes]);

    [Fact]
    public void Rotation_NewSession_SharesAreByWeight()
    {
        ExplainView view = Explain(Admin.Over(Servers));

        Assert.Equal(("weighted", "primary", null), (view.Policy, view.Among, view.Pick));
        Assert.Equal([0.25, 0.75, null, null], view.Candidates.Select(server => server.Share));
        Assert.Equal(
            ["may be picked", "may be picked", "is draining: only sessions bound to it", "is a backup: used if no primary server can be"],
            view.Candidates.Select(server => server.Why));
    }

    [Fact]
    public void Pick_OneCandidate_IsThatServer()
    {
        AdminContext context = Admin.Over("http://10.0.0.1:80 name=blue\nhttp://10.0.0.2:80 name=green drain");

        Assert.Equal("blue", Explain(context).Pick);
    }

    /// <summary>The same server as the engine picks: by the hash of the client's address, or of what --hash-by names.</summary>
    [Theory]
    [InlineData(HashBy.Source, "", "10.9.8.7")]
    [InlineData(HashBy.Url, "", "/a?b=1")]
    [InlineData(HashBy.Cookie, "who", "me")]
    [InlineData(HashBy.Header, "X-Who", "you")]
    public void Hash_Request_IsItsOwner(HashBy by, string name, string text)
    {
        AdminContext context = Admin.Over(Servers, new PolicyOptions { Kind = PolicyKind.Hash, HashBy = by, HashName = name });
        var request = new ExplainRequest("http://site.example/a?b=1#c", "x=1; who=me", "10.9.8.7", "you");
        Server owner = new ConsistentHash().Pick(context.Pool.Current.Primary, new PickInput(new SlotSet(), 0, KeyHash.Of(Encoding.UTF8.GetBytes(text))))!;

        ExplainView view = new Explainer(context).Explain(request);

        Assert.Equal((owner.Entry.Name, "/a?b=1", "hash"), (view.Pick, view.Url, view.Policy));
    }

    [Fact]
    public void LeastRequests_OneHasFewest_IsPicked()
    {
        AdminContext context = Admin.Over(Servers, new PolicyOptions { Kind = PolicyKind.LeastRequests });
        context.Pool.Current.Servers[0].Load.TryEnter(0);

        Assert.Equal("green", Explain(context).Pick);
    }

    [Theory]
    [InlineData(PolicyKind.Ewma)]
    [InlineData(PolicyKind.Dynamic)]
    [InlineData(PolicyKind.Random)]
    public void RandomPolicy_AnyRequest_NamesNoPick(PolicyKind kind)
    {
        ExplainView view = Explain(Admin.Over(Servers, new PolicyOptions { Kind = kind }));

        Assert.Null(view.Pick);
        Assert.Contains("random", view.Why[^1]);
    }

    [Fact]
    public void Sticky_ValidCookie_PicksItsServerEvenIfDraining()
    {
        AdminContext context = Admin.Over(Servers, sessions: Channel(SessionMode.Sticky));

        ExplainView view = Explain(context, Cookie(context, "red"));

        Assert.Equal(("own", "red"), (view.Among, view.Pick));
        Assert.Equal(new ExplainedSession("valid", "sticky", "red"), view.Session);
        Assert.Equal("the session's server", view.Candidates[2].Why);
        Assert.Equal("the session is bound to another server", view.Candidates[0].Why);
    }

    [Fact]
    public void Sticky_ServerRemoved_SessionMoves()
    {
        AdminContext context = Admin.Over(Servers, sessions: Channel(SessionMode.Sticky));
        string cookie = Cookie(context, "red");
        context.Membership.Remove(context.Pool.Current.Servers[2].Tag);
        context.Membership.Forget(context.Pool.Current.Servers[2]);

        ExplainView view = Explain(context, cookie);

        Assert.Equal("primary", view.Among);
        Assert.Contains("the session's server is no longer in the pool: the session moves", view.Why);
    }

    [Theory]
    [InlineData("LB_SESSION=nothing", "malformed")]
    [InlineData("LB_SESSION=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "unknown-key")]
    public void Cookie_Invalid_IsANewSession(string cookie, string expected)
    {
        ExplainView view = Explain(Admin.Over(Servers, sessions: Channel(SessionMode.Sticky)), cookie);

        Assert.Equal(expected, view.Session!.Cookie);
        Assert.Equal("primary", view.Among);
    }

    [Fact]
    public void Full_AllServers_IsQueued()
    {
        AdminContext context = Admin.Over("http://10.0.0.1:80 max=1\nhttp://10.0.0.2:80 max=1");
        foreach (Server server in context.Pool.Current.Servers)
        {
            Assert.True(server.Load.TryEnter(0));
        }

        ExplainView view = Explain(context);

        Assert.Equal(("queue", null), (view.Among, view.Pick));
        Assert.All(view.Candidates, server => Assert.Equal("is full", server.Why));
    }

    [Fact]
    public void Pick_NoServerUp_IsNone()
    {
        ExplainView view = Explain(Admin.Over("http://nowhere.invalid:80"));

        Assert.Equal(("none", "has no address: its name does not resolve"), (view.Among, view.Candidates[0].Why));
    }

    [Fact]
    public void Backup_NoPrimary_IsPicked()
    {
        AdminContext context = Admin.Over("http://10.0.0.1:80 name=blue drain\nhttp://10.0.0.2:80 name=grey backup");

        Assert.Equal(("backup", "grey"), (Explain(context).Among, Explain(context).Pick));
    }

    [Theory]
    [InlineData("10.0.0.8", "10.0.0.8")]
    [InlineData("[::FFFF:10.0.0.8]:80", "10.0.0.8")]
    [InlineData("somebody", "somebody")]
    public async Task Endpoint_WithAQuery_Responds(string client, string hashed)
    {
        await using Admin admin = await Admin.StartAsync(Servers);

        (int status, string text) = await admin.GetAsync($"/api/v1/explain?url=%2Fx&client={Uri.EscapeDataString(client)}");

        Assert.Equal(200, status);
        Assert.StartsWith($$"""{"url":"/x","client":"{{hashed}}","policy":"weighted","session":null,"among":"primary","pick":null""", text);
    }

    private static ExplainView Explain(AdminContext context, string cookie = "") => new Explainer(context).Explain(new ExplainRequest("/", cookie, "127.0.0.1", ""));

    private static SessionChannel Channel(SessionMode mode) => new(new SessionOptions { Mode = mode }, new SessionKeys(s_key, []), 1);

    private static string Cookie(AdminContext context, string server)
    {
        ulong tag = context.Pool.Current.Servers.Single(other => other.Entry.Name == server).Tag;
        byte[] text = new byte[SessionCookie.TextLength];
        SessionCookie.Write(new SessionTicket(new SessionId(1, 2), tag, (uint)TimeProvider.System.GetUtcNow().ToUnixTimeSeconds(), s_key.Id), s_key, text);
        return $"a=b; LB_SESSION={Encoding.ASCII.GetString(text)}";
    }
}

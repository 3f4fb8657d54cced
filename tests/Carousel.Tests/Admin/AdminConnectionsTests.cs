using System.Net;
using Carousel.Control.Admin;
using Microsoft.AspNetCore.Connections;
using Xunit;

namespace Carousel.Tests.Admin;

/// <summary>Eviction at the connection limit.</summary>
public class AdminConnectionsTests
{
    private static readonly IPAddress s_elsewhere = IPAddress.Parse("192.0.2.7");

    private readonly AdminConnections _connections = new();
    private readonly List<string> _cut = [];

    [Fact]
    public void TryAdmit_FullOfUnauthenticated_EvictsTheLongestIdle()
    {
        AdminConnection[] strangers = [.. Enumerable.Range(0, AdminConnections.Most).Select(i => Connect($"{i}"))];
        _connections.OnRequest(strangers[0]);

        Assert.True(_connections.TryAdmit(Connection("new")));

        Assert.Equal(["1"], _cut);
        Assert.Equal(AdminConnections.Most, _connections.Count);
    }

    [Fact]
    public void TryAdmit_SomeAreLocal_EvictsRemoteFirst()
    {
        for (int i = 0; i < AdminConnections.Most; i++)
        {
            Connect($"{i}", i % 2 == 0 ? IPAddress.Loopback : s_elsewhere);
        }

        for (int i = 0; i < AdminConnections.Most / 2; i++)
        {
            Assert.True(_connections.TryAdmit(Connection("new", IPAddress.IPv6Loopback)));
        }

        Assert.Equal(Enumerable.Range(0, AdminConnections.Most / 2).Select(i => $"{(2 * i) + 1}"), _cut);
    }

    [Fact]
    public void TryAdmit_AllAuthenticated_EvictsTheLongestIdle()
    {
        AdminConnection[] known = [.. Enumerable.Range(0, AdminConnections.Most).Select(i => Connect($"{i}"))];
        foreach (AdminConnection connection in known)
        {
            Assert.True(_connections.TryBegin(connection));
            _connections.End(connection);
        }
        Assert.True(_connections.TryBegin(known[0]));

        Assert.True(_connections.TryAdmit(Connection("new")));

        Assert.Equal(["1"], _cut);
    }

    [Fact]
    public void TryBegin_ManyRemote_ReservesSlotsForLocalAndHealthChecks()
    {
        while (_connections.TryBegin(Connect("remote")))
        {
        }
        Assert.Equal(AdminConnections.MostRemoteRequests + 1, _connections.Count);
        while (_connections.TryBegin(Connect("local", IPAddress.Loopback)))
        {
        }
        Assert.Equal(AdminConnections.MostRequests + 2, _connections.Count);

        // Further connections evict those without a request.
        for (int i = 0; i < 3 * AdminConnections.Most; i++)
        {
            Assert.True(_connections.TryAdmit(Connection("probe")));
        }
        Assert.Equal(AdminConnections.Most, _connections.Count);
    }

    [Fact]
    public void End_EvictedConnection_StaysRemoved()
    {
        AdminConnection first = Connect("first");
        for (int i = 0; i < AdminConnections.Most; i++)
        {
            Connect($"{i}");
        }
        Assert.Equal(["first"], _cut);

        _connections.OnRequest(first);
        Assert.True(_connections.TryBegin(first));
        _connections.End(first);
        _connections.Leave(first);

        Assert.Equal(AdminConnections.Most, _connections.Count);
    }

    private AdminConnection Connect(string name, IPAddress? from = null)
    {
        AdminConnection connection = Connection(name, from);
        Assert.True(_connections.TryAdmit(connection));
        return connection;
    }

    private AdminConnection Connection(string name, IPAddress? from = null) =>
        new(new FakeContext(name, _cut) { RemoteEndPoint = new IPEndPoint(from ?? s_elsewhere, 50_000) });

    private sealed class FakeContext(string name, List<string> cut) : DefaultConnectionContext(name)
    {
        public override void Abort(ConnectionAbortedException abortReason) => cut.Add(ConnectionId);
    }
}

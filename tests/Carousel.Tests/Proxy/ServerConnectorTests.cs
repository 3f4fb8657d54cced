using System.Collections.Immutable;
using System.Net;
using Carousel.Core.Servers;
using Carousel.Core.Telemetry;
using Carousel.Engine.Linux;
using Carousel.Engine.Proxy;
using Carousel.Tests.Proxy.Fakes;
using Xunit;

namespace Carousel.Tests.Proxy;

/// <summary>Connects without an exchange: the test owns the connections and calls the connector.</summary>
public sealed class ServerConnectorTests : IDisposable
{
    private const int TimeoutMs = 600;
    private const int Silent = -Errno.EINPROGRESS;

    private readonly Rig _rig = new(addresses: 3);
    private readonly Owner _owner = new();
    private readonly ServerConnector _connector;
    private readonly List<int> _tried = [];

    public ServerConnectorTests()
    {
        _connector = new ServerConnector(_rig.Worker.Upstreams, _owner);
        Script(_ => Silent);
    }

    private Server Server => _rig.Pool.Current.Servers[0];

    private ImmutableArray<IPEndPoint> EndPoints => _rig.Pool.Current.EndPoints(Server);

    private long Now => _rig.Worker.Loop.Now;

    [Fact]
    public void Begin_FirstAddressConnectsAtOnce_ReturnsTheConnection()
    {
        Script(_ => 0);
        ConnectResult result = Begin();
        Assert.Equal(ConnectState.Connected, result.State);
        Assert.Equal(EndPoints[0], result.Connection!.EndPoint);
        Assert.Equal(EndPoints[0], Server.WorkedLast);
        Assert.Equal([0], _tried);
        _rig.Worker.Upstreams.Close(result.Connection);
    }

    [Fact]
    public void Begin_RefusedAddresses_TriesTheNextAtOnce()
    {
        Script(address => address < 2 ? -Errno.ECONNREFUSED : Silent);
        Assert.Equal(ConnectResult.InProgress, Begin());
        Assert.Equal([0, 1, 2], _tried);
        Assert.Equal(Now + TimeoutMs, _connector.DueAt);
        _connector.Close();
    }

    [Theory]
    [InlineData(Errno.ECONNREFUSED, Errno.ENETUNREACH, FailureReason.ConnectRefused, Errno.ECONNREFUSED, true)]
    [InlineData(Errno.ENETUNREACH, Errno.ETIMEDOUT, FailureReason.ConnectTimeout, Errno.ETIMEDOUT, true)]
    [InlineData(Errno.ECONNREFUSED, Errno.EMFILE, FailureReason.OutOfResources, Errno.EMFILE, false)]
    public void Begin_AllAddressesFail_ReturnsTheMostSpecificFailure(int first, int others, FailureReason reason, int errno, bool isUnreachable)
    {
        Script(address => address == 0 ? -first : -others);
        Assert.Equal(ConnectResult.Failed(reason, errno), Begin());
        Assert.Equal(isUnreachable, Server.TakeUnreachable());
    }

    [Fact]
    public void Begin_OutOfDescriptors_ClosesKeptConnectionsAndTriesAgain()
    {
        Script(_ => 0);
        Http1ServerConnection kept = Begin().Connection!;
        _rig.Worker.Upstreams.Keep(kept, long.MaxValue);
        Script(_ => kept.IsOpen ? -Errno.EMFILE : 0);
        ConnectResult result = Begin();
        Assert.Equal(ConnectState.Connected, result.State);
        Assert.Equal([0, 0, 0], _tried);
        _rig.Worker.Upstreams.Close(result.Connection!);
    }

    [Fact]
    public void OnDeadline_UntriedAddresses_TriesTheNextInParallel()
    {
        long began = Now;
        Begin();
        // 600 ms for three addresses.
        Assert.Equal(began + 200, _connector.DueAt);
        Assert.Equal(ConnectResult.InProgress, _connector.OnDeadline(began + 200));
        Assert.Equal(began + 400, _connector.DueAt);
        Assert.Equal(ConnectResult.InProgress, _connector.OnDeadline(began + 400));
        Assert.Equal(began + TimeoutMs, _connector.DueAt);
        Assert.Equal([0, 1, 2], _tried);
        Assert.All(_rig.Servers, server => Assert.False(server.IsClosed));
        Assert.Equal(ConnectResult.Failed(FailureReason.ConnectTimeout, 0), _connector.OnDeadline(began + TimeoutMs));
        Assert.All(_rig.Servers, server => Assert.True(server.IsClosed));
    }

    [Fact]
    public void OnDeadline_TimeoutExpiredBeforeAllWereTried_Fails()
    {
        long began = Now;
        Begin();
        Assert.Equal(FailureReason.ConnectTimeout, _connector.OnDeadline(began + TimeoutMs).Reason);
        Assert.Equal([0], _tried);
        Assert.True(Server.TakeUnreachable());
    }

    [Fact]
    public void OnReady_NothingEnded_ChangesNothing()
    {
        Begin();
        long due = _connector.DueAt;
        Assert.Equal(ConnectResult.InProgress, _connector.OnReady(Now + 10));
        Assert.Equal(due, _connector.DueAt);
        Assert.Equal([0], _tried);
        _connector.Close();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void OnReady_OneConnects_TheOthersAreClosed(int winner)
    {
        BeginAll();
        _rig.Servers[winner].EndConnect(0);
        _rig.Run();
        Assert.Equal(1, _owner.Events);
        ConnectResult result = _connector.OnReady(Now);
        Assert.Equal(EndPoints[winner], result.Connection!.EndPoint);
        Assert.Equal(EndPoints[winner], Server.WorkedLast);
        Assert.Equal([winner], Enumerable.Range(0, 3).Where(i => !_rig.Servers[i].IsClosed));
        _rig.Worker.Upstreams.Close(result.Connection);
    }

    [Fact]
    public void OnReady_AllAttemptsFail_FailsWithTheLast()
    {
        BeginAll();
        for (int i = 0; i < 3; i++)
        {
            _rig.Servers[i].EndConnect(Errno.ECONNREFUSED);
            _rig.Run();
            ConnectResult result = _connector.OnReady(Now);
            Assert.Equal(i < 2 ? ConnectResult.InProgress : ConnectResult.Failed(FailureReason.ConnectRefused, Errno.ECONNREFUSED), result);
        }
    }

    [Fact]
    public void Begin_AfterAFailure_StartsAnew()
    {
        Script(_ => -Errno.ECONNREFUSED);
        Begin();
        Script(_ => -Errno.ENETUNREACH);
        Assert.Equal(ConnectResult.Failed(FailureReason.ConnectFailed, Errno.ENETUNREACH), Begin());
        Assert.Equal([0, 1, 2, 0, 1, 2], _tried);
    }

    public void Dispose()
    {
        _rig.AssertNothingLeft();
        _rig.Dispose();
    }

    private ConnectResult Begin() => _connector.Begin(Server, EndPoints, TimeoutMs, Now);

    private void BeginAll()
    {
        Begin();
        _connector.OnDeadline(_connector.DueAt);
        _connector.OnDeadline(_connector.DueAt);
    }

    /// <summary>The result of connecting to each address, by its index.</summary>
    private void Script(Func<int, int> result) => _rig.Network.OnConnect = to =>
    {
        _tried.Add(to.AddressBytes[2]);
        return result(to.AddressBytes[2]);
    };

    private sealed class Owner : IConnectionOwner
    {
        public int Events { get; private set; }

        public void OnReady() => Events++;
    }
}

using System.Net.Sockets;
using System.Security.Authentication;
using Carousel.Control.Store.Client;
using StackExchange.Redis;
using Xunit;

namespace Carousel.Tests.Store.Client;

public class StoreFailuresTests
{
    [Theory]
    [InlineData("READONLY You can't write against a read only replica.", "READONLY", true)]
    [InlineData("OOM command not allowed when used memory > 'maxmemory'.", "OOM", false)]
    [InlineData("NOAUTH Authentication required.", "NOAUTH", true)]
    [InlineData("LOADING Redis is loading the dataset in memory", "LOADING", false)]
    [InlineData("CLUSTERDOWN The cluster is down", "CLUSTERDOWN", true)]
    [InlineData("ERR max number of clients reached", "ERR", true)]
    public void Of_ServerError_IsRefusing(string message, string kind, bool needsNewConnection)
    {
        RedisServerException error = Server(message);

        StoreFailure failure = StoreFailures.Of(error);

        Assert.Equal((StoreState.Refusing, kind, needsNewConnection), (failure.State, failure.Kind, failure.NeedsNewConnection));
        Assert.False(StoreFailures.ConcernsOneKey(error));
        Assert.False(StoreFailures.MayBeDone(error));
    }

    [Theory]
    [InlineData("WRONGTYPE Operation against a key holding the wrong kind of value")]
    [InlineData("ERR hash value is not an integer")]
    public void ConcernsOneKey_ErrorOfAKey_IsTrue(string message) => Assert.True(StoreFailures.ConcernsOneKey(Server(message)));

    [Fact]
    public void Of_RefusedConnection_IsUnreachable()
    {
        var error = new RedisConnectionException(ConnectionFailureType.UnableToConnect, CommandFlags.None, "password=secret", new SocketException((int)SocketError.ConnectionRefused));

        StoreFailure failure = StoreFailures.Of(error);

        Assert.Equal((StoreState.Unreachable, "connection refused", true), (failure.State, failure.Text, failure.IsRefused));
    }

    [Fact]
    public void Of_ErrorWithoutCause_UsesTheLastFailure()
    {
        var before = new RedisConnectionException(ConnectionFailureType.AuthenticationFailure, CommandFlags.None, "WRONGPASS invalid", null);

        Assert.Equal("WRONGPASS", StoreFailures.Of(new RedisTimeoutException(CommandFlags.None, "x", CommandStatus.Unknown), before).Kind);
        Assert.Equal("TLS: no", StoreFailures.Of(new RedisConnectionException(ConnectionFailureType.AuthenticationFailure, CommandFlags.None, "x", new AuthenticationException("no."))).Text);
        Assert.Equal("no response", StoreFailures.Of(new TimeoutException()).Text);
    }

    [Theory]
    [InlineData(CommandStatus.WaitingToBeSent, false)]
    [InlineData(CommandStatus.WaitingInBacklog, false)]
    [InlineData(CommandStatus.Sent, true)]
    [InlineData(CommandStatus.Unknown, true)]
    public void MayBeDone_LostConnection_UnlessItWasNotSent(CommandStatus status, bool mayBe) =>
        Assert.Equal(mayBe, StoreFailures.MayBeDone(new RedisConnectionException(ConnectionFailureType.SocketClosed, CommandFlags.None, "x", null, status)));

    [Fact]
    public void MayBeDone_NoResponse_IsTrue() => Assert.True(StoreFailures.MayBeDone(new RedisTimeoutException(CommandFlags.None, "x", CommandStatus.WaitingToBeSent)));

    [Theory]
    [InlineData("+PONG\r\n", true)]
    [InlineData("-NOAUTH Authentication required.\r\n", true)]
    [InlineData("-DENIED Redis is running in protected mode", true)]
    [InlineData("-LOADING Redis is loading", true)]
    [InlineData("HTTP/1.1 400 Bad Request\r\n", false)]
    [InlineData("- no\r\n", false)]
    [InlineData("", false)]
    public void IsRedis_FirstBytes_AreKnown(string response, bool isRedis) => Assert.Equal(isRedis, RedisProbe.IsRedis(System.Text.Encoding.ASCII.GetBytes(response)));

#pragma warning disable CS0618 // The library's constructor is marked as experimental.
    private static RedisServerException Server(string message) => new(message);
#pragma warning restore CS0618
}

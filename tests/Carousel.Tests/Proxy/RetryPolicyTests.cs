using Carousel.Core.Telemetry;
using Carousel.Engine.Proxy;
using Xunit;
using static Carousel.Core.Telemetry.FailureReason;

namespace Carousel.Tests.Proxy;

/// <summary>The table of docs/decisions/0008-retries.md, for two retries unless a test says otherwise.</summary>
public sealed class RetryPolicyTests
{
    private const int Retries = 2;

    private static readonly RetryDecision No = default;
    private static readonly RetryDecision Another = new(RetryTarget.AnotherServer);
    private static readonly RetryDecision Fresh = new(RetryTarget.FreshConnection);
    private static readonly RetryDecision FreshAfterSending = Fresh with { MayBeReceived = true };
    private static readonly RetryDecision AnotherFree = Another with { IsCounted = true };
    private static readonly RetryDecision AnotherCharged = AnotherFree with { IsCharged = true };

    private readonly RetryPolicy _policy = new(Retries, takesOffDownServers: true);

    /// <summary>Every combination of what is known about the request. The last column is empty if it may not be retried.</summary>
    [Theory]
    // Nothing was sent: any method.
    [InlineData(ServerClosed, "unsent", "another")]
    [InlineData(ServerClosed, "unsent reused", "fresh")]
    [InlineData(ServerClosed, "unsent held", "another")]
    [InlineData(ServerClosed, "unsent held reused", "fresh")]
    [InlineData(ServerClosed, "unsent idempotent held", "another")]
    [InlineData(ServerClosed, "unsent idempotent held reused", "fresh")]
    [InlineData(ServerGone, "unsent", "another")]
    [InlineData(ServerGone, "unsent reused", "another")]
    [InlineData(ServerGone, "unsent idempotent held reused", "another")]
    // Sent, idempotent, and whole in its buffer.
    [InlineData(ServerClosed, "idempotent held", "another counted charged")]
    [InlineData(ServerClosed, "idempotent held reused", "fresh received")]
    [InlineData(ServerGone, "idempotent held", "another counted")]
    [InlineData(ServerGone, "idempotent held reused", "another counted")]
    // Sent, and the server may have processed it, or it is no longer whole.
    [InlineData(ServerClosed, "held", "")]
    [InlineData(ServerClosed, "held reused", "")]
    [InlineData(ServerClosed, "idempotent", "")]
    [InlineData(ServerClosed, "idempotent reused", "")]
    [InlineData(ServerClosed, "", "")]
    [InlineData(ServerClosed, "reused", "")]
    [InlineData(ServerGone, "held", "")]
    [InlineData(ServerGone, "held reused", "")]
    [InlineData(ServerGone, "idempotent", "")]
    [InlineData(ServerGone, "", "")]
    public void OnClosed_FirstAttempt_IsDecidedByTheTable(FailureReason reason, string facts, string decision) =>
        Assert.Equal(Decision(decision), _policy.OnClosed(Attempt(reason, facts), default));

    [Theory]
    [InlineData(ServerClosed, 1, "another counted charged")]
    [InlineData(ServerClosed, 2, "")]
    [InlineData(ServerGone, 1, "another counted")]
    [InlineData(ServerGone, 2, "")]
    public void OnClosed_WasRetried_LimitIsKept(FailureReason reason, int before, string decision) =>
        Assert.Equal(Decision(decision), _policy.OnClosed(Attempt(reason, "idempotent held"), After([.. Enumerable.Repeat(AnotherFree, before)])));

    [Theory]
    [InlineData("idempotent held", "")]
    [InlineData("idempotent held reused", "")]
    [InlineData("unsent reused", "fresh")]
    [InlineData("unsent", "another")]
    public void OnClosed_NoRetries_NothingIsSentTwice(string facts, string decision) =>
        Assert.Equal(Decision(decision), new RetryPolicy(0, takesOffDownServers: true).OnClosed(Attempt(ServerClosed, facts), default));

    /// <summary>Only fresh connections are used then, so a reused one can't follow. The limit does not hold for it.</summary>
    [Fact]
    public void OnClosed_LimitReachedAndKeptConnection_IsSentAnew() =>
        Assert.Equal(FreshAfterSending, _policy.OnClosed(Attempt(ServerClosed, "idempotent held reused"), After(AnotherFree, AnotherFree)));

    [Fact]
    public void OnPassedOver_NothingSent_IsNeverCounted()
    {
        Assert.Equal(Another, _policy.OnPassedOver(default));
        Assert.Equal(Another, _policy.OnPassedOver(After(AnotherFree, AnotherFree)));
        Assert.Equal(Another, _policy.OnPassedOver(After(Fresh)));
    }

    /// <summary>The kept connection may have died because the request crashed its server.</summary>
    [Fact]
    public void OnPassedOver_AfterAKeptConnectionThatMayHaveBroughtIt_IsCountedAndFree()
    {
        Assert.Equal(AnotherFree, _policy.OnPassedOver(After(FreshAfterSending)));
        Assert.Equal(AnotherFree, _policy.OnPassedOver(After(AnotherFree, FreshAfterSending)));
        Assert.Equal(No, _policy.OnPassedOver(After(AnotherFree, AnotherFree, FreshAfterSending)));
    }

    [Fact]
    public void OnPassedOver_SentOverTheFreshConnection_IsNotCounted()
    {
        RetryState state = After(FreshAfterSending);
        state.OnSending();
        Assert.Equal(Another, _policy.OnPassedOver(state));
    }

    [Theory]
    [InlineData("idempotent held", "another counted charged ends")]
    [InlineData("idempotent held reused", "another counted charged ends")]
    [InlineData("idempotent", "")]
    [InlineData("held", "")]
    [InlineData("", "")]
    public void OnServerDown_FirstTime_IdempotentRequestsMove(string facts, string decision)
    {
        Assert.Equal(Decision(decision), _policy.OnServerDown(Attempt(ServerDown, facts), default));
        Assert.Equal(No, new RetryPolicy(Retries, takesOffDownServers: false).OnServerDown(Attempt(ServerDown, facts), default));
    }

    [Fact]
    public void OnServerDown_SecondTimeOrLimitReached_KeepsWaiting()
    {
        FailedAttempt attempt = Attempt(ServerDown, "idempotent held");
        Assert.Equal(No, _policy.OnServerDown(attempt, After(_policy.OnServerDown(attempt, default))));
        Assert.Equal(No, _policy.OnServerDown(attempt, After(AnotherCharged, AnotherCharged)));
        Assert.NotEqual(No, _policy.OnServerDown(attempt, After(AnotherCharged)));
    }

    /// <summary>Whatever closes, and whether it was a kept connection: at most one server more than the retries may have had the request whole.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void OnClosed_EveryServerCrashes_ReachesOneServerMoreThanRetries(int retries)
    {
        var policy = new RetryPolicy(retries, takesOffDownServers: true);
        for (uint reused = 0; reused < 256; reused++)
        {
            Assert.InRange(ServersReached(policy, reused), 1, retries + 1);
        }
    }

    [Theory]
    [InlineData(ServerClosed, false, false, false)]
    [InlineData(ServerClosed, true, false, true)]
    [InlineData(ServerClosed, false, true, true)]
    [InlineData(ConnectRefused, true, true, false)]
    [InlineData(AnswerTimeout, true, false, false)]
    public void IsExpected_OnlyForKeptConnections(FailureReason reason, bool wasReused, bool isSentAnew, bool isExpected) =>
        Assert.Equal(isExpected, After(isSentAnew ? FreshAfterSending : Another).IsExpected(reason, wasReused));

    [Fact]
    public void Note_FreshConnection_IsNeededFromThenOn()
    {
        Assert.False(After(AnotherFree).NeedsFreshConnection);
        Assert.True(After(Fresh, Another).NeedsFreshConnection);
    }

    /// <summary>Every server reads the request and crashes, so that it accepts no connection after that.</summary>
    private static int ServersReached(RetryPolicy policy, uint reused)
    {
        var state = new RetryState();
        for (int servers = 1; ; servers++)
        {
            bool wasReused = (reused >> (servers - 1) & 1) != 0 && !state.NeedsFreshConnection;
            state.OnSending();
            var attempt = new FailedAttempt(ServerClosed, IsIdempotent: true, IsHeld: true, IsUnsent: false, wasReused);
            RetryDecision decision = policy.OnClosed(attempt, state);
            state.Note(decision);
            if (decision.To == RetryTarget.FreshConnection)
            {
                decision = policy.OnPassedOver(state);
                state.Note(decision);
            }
            if (decision.To == RetryTarget.None)
            {
                return servers;
            }
        }
    }

    private static RetryState After(params ReadOnlySpan<RetryDecision> decisions)
    {
        var state = new RetryState();
        foreach (ref readonly RetryDecision decision in decisions)
        {
            state.Note(decision);
        }
        return state;
    }

    private static FailedAttempt Attempt(FailureReason reason, string facts)
    {
        string[] all = facts.Split(' ');
        return new(reason, all.Contains("idempotent"), all.Contains("held"), all.Contains("unsent"), all.Contains("reused"));
    }

    private static RetryDecision Decision(string text)
    {
        string[] all = text.Split(' ');
        RetryTarget to = all[0] switch { "fresh" => RetryTarget.FreshConnection, "another" => RetryTarget.AnotherServer, _ => RetryTarget.None };
        return new(to, all.Contains("counted"), all.Contains("charged"), all.Contains("received"), all.Contains("ends"));
    }
}

using Carousel.Core.Telemetry;

namespace Carousel.Engine.Proxy;

/// <summary>Where a request is sent next, if it may be.</summary>
internal enum RetryTarget : byte
{
    /// <summary>Nowhere: the failure is reported to the client.</summary>
    None,
    /// <summary>To the same server, over a new connection.</summary>
    FreshConnection,
    /// <summary>To a server that has not failed it.</summary>
    AnotherServer,
}

/// <summary>What is known about a request when its connection fails before a byte of the response.</summary>
/// <param name="Reason">Why it failed.</param>
/// <param name="IsIdempotent">By its method (RFC 9110 section 9.2.2).</param>
/// <param name="IsHeld">All of it is still here.</param>
/// <param name="IsUnsent">Nothing of it was sent.</param>
/// <param name="WasReused">The connection was a kept one.</param>
internal readonly record struct FailedAttempt(FailureReason Reason, bool IsIdempotent, bool IsHeld, bool IsUnsent, bool WasReused)
{
    public bool MayBeSentAgain => IsIdempotent && IsHeld;
}

/// <summary>A decision of <see cref="RetryPolicy"/>, to be recorded by <see cref="RetryState.Note"/>.</summary>
/// <param name="To">Where to.</param>
/// <param name="IsCounted">It is one of the request's retries.</param>
/// <param name="IsCharged">It needs the retry budget; if that is spent, the request is not retried.</param>
/// <param name="MayBeReceived">The server of the failed connection may have received the request.</param>
/// <param name="EndsWait">The request is taken off a server that it waits for.</param>
internal readonly record struct RetryDecision(
    RetryTarget To, bool IsCounted = false, bool IsCharged = false, bool MayBeReceived = false, bool EndsWait = false);

/// <summary>Whether a request may be sent again, and where to: docs/decisions/0008-retries.md. Pure.</summary>
/// <param name="retries">Retries of a request after a server may have had it whole.</param>
/// <param name="takesOffDownServers">Requests that wait for a server are taken off it when its health check fails.</param>
internal sealed class RetryPolicy(int retries, bool takesOffDownServers)
{
    /// <summary>
    /// The connection closed before a byte of the response, or the server was removed. A request of which nothing was sent, or that may be sent again, goes to
    /// another server. If it was sent over a kept connection, it goes to the same server on a new one: the kept one may have been closed before the request
    /// arrived.
    /// </summary>
    public RetryDecision OnClosed(in FailedAttempt attempt, in RetryState state)
    {
        bool mayBeStale = attempt.Reason == FailureReason.ServerClosed && attempt.WasReused;
        if (attempt.IsUnsent)
        {
            return new RetryDecision(mayBeStale ? RetryTarget.FreshConnection : RetryTarget.AnotherServer);
        }
        if (!attempt.MayBeSentAgain)
        {
            return default;
        }
        if (mayBeStale)
        {
            return retries > 0 ? new RetryDecision(RetryTarget.FreshConnection, MayBeReceived: true) : default;
        }
        return Counted(state, isCharged: attempt.Reason != FailureReason.ServerGone);
    }

    /// <summary>
    /// The server can't be connected, or was removed before anything was sent. Not counted, since this server did not get the request; except after a kept
    /// connection on which the server may have received it: then the request may have crashed the server.
    /// </summary>
    public RetryDecision OnPassedOver(in RetryState state) =>
        state.IsSentAnew ? Counted(state, isCharged: false) : new RetryDecision(RetryTarget.AnotherServer);

    /// <summary>
    /// The health check found the server down while its response is pending. Once only: a request that crashed two servers is not sent to a third.
    /// </summary>
    public RetryDecision OnServerDown(in FailedAttempt attempt, in RetryState state) =>
        takesOffDownServers && !state.WasTakenOff && attempt.MayBeSentAgain ? Counted(state, isCharged: true, endsWait: true) : default;

    private RetryDecision Counted(in RetryState state, bool isCharged, bool endsWait = false) =>
        state.Resends < retries ? new RetryDecision(RetryTarget.AnotherServer, IsCounted: true, isCharged, EndsWait: endsWait) : default;
}

using Carousel.Core.Telemetry;

namespace Carousel.Engine.Proxy;

/// <summary>The retries of one request so far. Starts as the default.</summary>
internal struct RetryState
{
    /// <summary>Retries that count: after a server may have had the request whole.</summary>
    public int Resends { get; private set; }

    /// <summary>A kept connection closed under this request: from here on only new connections are used.</summary>
    public bool NeedsFreshConnection { get; private set; }

    /// <summary>
    /// The server of the closed connection may have received the request, and is tried again. If it accepts a connection, the kept one was only stale. If
    /// not, the request may have crashed it.
    /// </summary>
    public bool IsSentAnew { get; private set; }

    /// <summary>It was taken off a server that its health check found down.</summary>
    public bool WasTakenOff { get; private set; }

    /// <summary>The decision is carried out.</summary>
    public void Note(in RetryDecision decision)
    {
        Resends += decision.IsCounted ? 1 : 0;
        NeedsFreshConnection |= decision.To == RetryTarget.FreshConnection;
        IsSentAnew = decision.To == RetryTarget.FreshConnection && decision.MayBeReceived;
        WasTakenOff |= decision.EndsWait;
    }

    /// <summary>A connection is open and the request is being sent.</summary>
    public void OnSending() => IsSentAnew = false;

    /// <summary>True if the failure says nothing about the server: a kept connection that closed, or the report of such a one.</summary>
    /// <param name="reason">The failure.</param>
    /// <param name="wasReused">The connection is a kept one.</param>
    public readonly bool IsExpected(FailureReason reason, bool wasReused) => reason == FailureReason.ServerClosed && (IsSentAnew || wasReused);
}

using Carousel.Core.Telemetry;

namespace Carousel.Engine.Proxy;

/// <summary>How far a connect is.</summary>
internal enum ConnectState : byte
{
    /// <summary>At least one attempt is in progress.</summary>
    InProgress,
    Connected,
    /// <summary>No address of the server connected. No attempt is left.</summary>
    Failed,
}

/// <summary>The result of a step of <see cref="ServerConnector"/>.</summary>
/// <param name="State">Which of the others are set.</param>
/// <param name="Connection">If connected: it belongs to the caller from here on.</param>
/// <param name="Reason">If failed: the most specific reason of all attempts.</param>
/// <param name="Errno">The error number of that attempt; 0 for none.</param>
internal readonly record struct ConnectResult(ConnectState State, Http1ServerConnection? Connection, FailureReason Reason, int Errno)
{
    public static ConnectResult InProgress => default;

    public static ConnectResult Connected(Http1ServerConnection connection) => new(ConnectState.Connected, connection, FailureReason.None, 0);

    public static ConnectResult Failed(FailureReason reason, int errno) => new(ConnectState.Failed, null, reason, errno);
}

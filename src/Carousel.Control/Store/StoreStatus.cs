using Carousel.Control.Store.Client;
using Carousel.Core.Events;
using Carousel.Core.Sessions;

namespace Carousel.Control.Store;

/// <summary>State of the store, with one log line for each change. One thread writes, any thread reads.</summary>
/// <param name="log">Receives log lines.</param>
/// <param name="mode">The session mode, for the log.</param>
internal sealed class StoreStatus(ReportEvent log, SessionMode mode)
{
    private const string Continues = "sessions continue without it; unsaved updates are written when it is back";

    private volatile StoreState _state;
    private string _kind = "";
    private string? _introduced;

    public StoreState State => _state;

    /// <summary>All commands succeeded.</summary>
    public void Connected(StoreTarget target)
    {
        if (_introduced != target.Introduction)
        {
            _introduced = target.Introduction;
            log(EventLevel.Info, $"sessions: {mode.ToString().ToLowerInvariant()}, {target.Introduction}");
        }
        else if (_state != StoreState.Connected)
        {
            log(EventLevel.Good, $"session store {target.Name}: connected");
        }
        _state = StoreState.Connected;
        _kind = "";
    }

    /// <summary>A command failed.</summary>
    public void Failed(StoreTarget target, StoreFailure failure)
    {
        if (_state != failure.State || _kind != failure.Kind)
        {
            string what = failure.State == StoreState.Refusing ? "refuses writes" : "unreachable";
            log(failure.State == StoreState.Refusing ? EventLevel.Error : EventLevel.Warning, $"session store {target.Name}: {what} ({failure.Text}): {Continues}");
        }
        _state = failure.State;
        _kind = failure.Kind;
    }

    /// <summary>There is no store.</summary>
    /// <param name="reason">Reason for the log.</param>
    /// <param name="isWanted">True if <c>--store none</c> is set.</param>
    public void None(string reason, bool isWanted)
    {
        if (_state != StoreState.None || _kind != reason)
        {
            log(isWanted ? EventLevel.Info : EventLevel.Warning, $"sessions: {mode.ToString().ToLowerInvariant()}, {reason}");
        }
        _state = StoreState.None;
        _kind = reason;
        _introduced = null;
    }
}

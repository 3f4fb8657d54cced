using Carousel.Core.Sessions;
using Carousel.Core.Telemetry;

namespace Carousel.Control.Store;

/// <summary>How the store is, and one line to the log whenever that changes. One thread writes, any thread reads.</summary>
/// <param name="log">Takes a line for people.</param>
/// <param name="mode">What to call the sessions.</param>
internal sealed class StoreStatus(ReportEvent log, SessionMode mode)
{
    private const string GoesOn = "sessions go on without it; what is owed is written when it is back";

    private volatile StoreState _state;
    private string _kind = "";
    private string? _introduced;

    public StoreState State => _state;

    /// <summary>All that it was asked was done.</summary>
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

    /// <summary>It did not do what it was asked.</summary>
    public void Failed(StoreTarget target, StoreFailure failure)
    {
        if (_state != failure.State || _kind != failure.Kind)
        {
            string what = failure.State == StoreState.Refusing ? "refuses writes" : "unreachable";
            log(failure.State == StoreState.Refusing ? EventLevel.Error : EventLevel.Warning, $"session store {target.Name}: {what} ({failure.Text}): {GoesOn}");
        }
        _state = failure.State;
        _kind = failure.Kind;
    }

    /// <summary>There is none, for this reason.</summary>
    /// <param name="reason">For people.</param>
    /// <param name="isWanted">There is to be none.</param>
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

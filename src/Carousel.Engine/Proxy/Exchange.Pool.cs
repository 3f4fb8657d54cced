using Carousel.Core.Pool;
using Carousel.Core.Telemetry;

namespace Carousel.Engine.Proxy;

/// <summary>What a change of the pool means for an exchange that is under way.</summary>
internal sealed partial class Exchange
{
    /// <summary>There is a new snapshot. A request whose server is gone must not be held there any longer; one whose server is down may be rescued.</summary>
    public void PoolChanged(PoolSnapshot pool)
    {
        if (_target is not { } server || pool.CanServe(server))
        {
            return;
        }
        bool isRemoved = !ReferenceEquals(pool.Find(server.Tag), server);
        if (isRemoved ? LeaveRemovedServer() != Step.Over : TryRetryElsewhere(pool, server))
        {
            Advance();
        }
    }

    /// <summary>A request that was not sent yet, or may be sent again, goes to another server; of an answer that has begun, the rest is cut.</summary>
    private Step LeaveRemovedServer()
    {
        if (_responseLeg == ResponseLeg.Idle)
        {
            DropServer();
            return PassOver(FailureReason.ServerGone, 0);
        }
        bool withoutResponse = _responseLeg == ResponseLeg.ReadHead && _response.Buffer.Pending == 0 && _response.Buffer.Unframed == 0;
        return withoutResponse ? RetryOr(FailureReason.ServerGone) : Fail(FailureReason.ServerGone);
    }
}

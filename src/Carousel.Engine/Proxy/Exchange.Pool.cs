using Carousel.Core.Pools;
using Carousel.Core.Telemetry;

namespace Carousel.Engine.Proxy;

/// <summary>How pool changes affect an exchange in progress.</summary>
internal sealed partial class Exchange
{
    /// <summary>There is a new snapshot. A request is taken off a server that was removed, and may be retried if its server is down.</summary>
    public void PoolChanged(PoolSnapshot pool)
    {
        if (_target is not { } server || pool.CanServe(server))
        {
            return;
        }
        bool isRemoved = !ReferenceEquals(pool.Find(server.Tag), server);
        if (isRemoved ? AbandonRemovedServer() != Step.Over : TryRetryElsewhere(pool, server))
        {
            Advance();
        }
    }

    /// <summary>A request that was not sent yet, or may be retried, goes to another server. A response that has begun is cut.</summary>
    private Step AbandonRemovedServer()
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

using Carousel.Core.Pools;

namespace Carousel.Engine.Proxy;

/// <summary>The timeouts of the engine's and the pool's options, in milliseconds.</summary>
internal sealed class Timeouts(EngineOptions options, PoolOptions pool)
{
    public long Head { get; } = (long)options.HeadTimeout.TotalMilliseconds;
    public long Idle { get; } = (long)options.IdleTimeout.TotalMilliseconds;
    public long Queue { get; } = (long)pool.QueueTimeout.TotalMilliseconds;
    public long Connect { get; } = (long)pool.ConnectTimeout.TotalMilliseconds;
    public long Response { get; } = (long)pool.AnswerTimeout.TotalMilliseconds;
    public long Body { get; } = (long)options.BodyTimeout.TotalMilliseconds;
    public long Tunnel { get; } = (long)options.TunnelTimeout.TotalMilliseconds;
    public long ServerIdle { get; } = (long)pool.ServerIdleTimeout.TotalMilliseconds;
}

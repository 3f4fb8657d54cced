namespace Carousel.Engine.Proxy;

/// <summary>The options' timeouts, in milliseconds.</summary>
internal sealed class Timeouts(EngineOptions options)
{
    public long Head { get; } = (long)options.HeadTimeout.TotalMilliseconds;
    public long Idle { get; } = (long)options.IdleTimeout.TotalMilliseconds;
    public long Queue { get; } = (long)options.QueueTimeout.TotalMilliseconds;
    public long Connect { get; } = (long)options.ConnectTimeout.TotalMilliseconds;
    public long Response { get; } = (long)options.AnswerTimeout.TotalMilliseconds;
    public long Body { get; } = (long)options.BodyTimeout.TotalMilliseconds;
    public long Tunnel { get; } = (long)options.TunnelTimeout.TotalMilliseconds;
    public long ServerIdle { get; } = (long)options.ServerIdleTimeout.TotalMilliseconds;
}

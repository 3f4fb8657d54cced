using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Carousel.Samples.AspNetCore.Sessions;

/// <summary>
/// After SIGTERM the health check responds 503 and the server keeps serving for <see cref="Notice"/>, until the balancer has marked it down and sends no
/// more requests. Then the server stops listening and finishes its requests.
/// </summary>
internal sealed class OrderlyExit(IHostApplicationLifetime lifetime) : IHealthCheck, IHostedLifecycleService
{
    /// <summary>The balancer needs 3 s for three failed probes: 2 s until the next one (--health-interval), then 0.25 s and 0.5 s.</summary>
    public static TimeSpan Notice { get; } = TimeSpan.FromSeconds(5);

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(lifetime.ApplicationStopping.IsCancellationRequested ? HealthCheckResult.Unhealthy("stopping") : HealthCheckResult.Healthy());

    /// <summary>Before anything stops, Kestrel included.</summary>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.Delay(Notice, cancellationToken);

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

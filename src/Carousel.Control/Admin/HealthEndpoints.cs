using Carousel.Core.Pools;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Carousel.Control.Admin;

/// <summary>Status of the balancer.</summary>
/// <param name="Status"><c>ready</c>, <c>no-server</c> or <c>draining</c>.</param>
/// <param name="Up">Servers that accept new sessions.</param>
/// <param name="Servers">All servers.</param>
public sealed record HealthView(string Status, int Up, int Servers)
{
    /// <summary>The current status.</summary>
    internal static HealthView Of(AdminContext context)
    {
        PoolSnapshot pool = context.Pool.Current;
        int up = pool.Servers.Count(pool.TakesNewTraffic);
        return new HealthView(context.IsDraining ? "draining" : up == 0 ? "no-server" : "ready", up, pool.Servers.Length);
    }
}

/// <summary>The running program.</summary>
/// <param name="Version">Its version.</param>
/// <param name="StartedAt">When it started.</param>
public sealed record VersionView(string Version, DateTimeOffset StartedAt);

/// <summary>Liveness, readiness, version and configuration. The first two are for orchestrators and routers, and need no token.</summary>
internal static class HealthEndpoints
{
    public static void Map(IEndpointRouteBuilder routes, AdminContext context)
    {
        routes.MapGet("/healthz", http => http.Response.WriteAsync("ok\n", http.RequestAborted)).WithMetadata(OpenToAll.Mark);
        routes.MapGet("/readyz", http =>
        {
            string status = HealthView.Of(context).Status;
            if (status != "ready")
            {
                http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                AdminGate.Close(http);
            }
            return http.Response.WriteAsync(status + "\n", http.RequestAborted);
        }).WithMetadata(OpenToAll.Mark);
        routes.MapGet("/api/v1/health", http => http.Response.WriteAsJsonAsync(HealthView.Of(context), AdminJson.Default.HealthView));
        routes.MapGet("/api/v1/version", http =>
            http.Response.WriteAsJsonAsync(new VersionView(context.Version, context.StartedAt), AdminJson.Default.VersionView));
        routes.MapGet("/api/v1/config", http => http.Response.WriteAsJsonAsync(context.Settings, AdminJson.Default.IReadOnlyListSettingGroup));
    }
}

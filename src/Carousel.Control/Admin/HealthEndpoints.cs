using Carousel.Core.Pool;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Carousel.Control.Admin;

/// <summary>How the balancer is.</summary>
/// <param name="Status"><c>ready</c>, <c>no-server</c> or <c>draining</c>.</param>
/// <param name="Up">Servers that take anybody.</param>
/// <param name="Servers">All servers.</param>
public sealed record HealthView(string Status, int Up, int Servers)
{
    /// <summary>How it is now.</summary>
    internal static HealthView Of(AdminContext context)
    {
        PoolSnapshot pool = context.Pool.Current;
        int up = pool.Servers.Count(pool.TakesNewTraffic);
        return new HealthView(context.IsDraining ? "draining" : up == 0 ? "no-server" : "ready", up, pool.Servers.Length);
    }
}

/// <summary>What runs.</summary>
/// <param name="Version">Its version.</param>
/// <param name="StartedAt">Since when.</param>
public sealed record VersionView(string Version, DateTimeOffset StartedAt);

/// <summary>Whether the balancer lives, and what it is. The first two are for machines that restart or route, and open to all.</summary>
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

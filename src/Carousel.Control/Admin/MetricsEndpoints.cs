using Carousel.Control.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace Carousel.Control.Admin;

/// <summary>The Prometheus endpoint (docs/METRICS.md).</summary>
internal static class MetricsEndpoints
{
    public static void Map(IEndpointRouteBuilder routes, AdminContext context) => routes.MapGet("/metrics", async http =>
    {
        using var text = new PrometheusText();
        context.Metrics.Collect(text);
        http.Response.ContentType = PrometheusText.ContentType;
        http.Response.ContentLength = text.Text.Length;
        await http.Response.Body.WriteAsync(text.Text, http.RequestAborted).ConfigureAwait(false);
    });
}

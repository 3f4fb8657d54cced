using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Carousel.Control.Dashboard;

/// <summary>The dashboard at the admin port: the page at <c>/</c>, its parts under <c>/dashboard/</c>, and what feeds it.</summary>
public static class DashboardEndpoints
{
    /// <summary>Where the events are.</summary>
    public const string StreamPath = "/api/v1/events/stream";

    /// <summary>Scripts and styles only from here, and from files; nothing may frame the page, or be sent anywhere else.</summary>
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Adds them.</summary>
    /// <param name="routes">Of the admin side.</param>
    /// <param name="feed">Whom the page follows.</param>
    /// <param name="stopping">Ends what never ends by itself, so that the host needn't wait for it.</param>
    public static void Map(IEndpointRouteBuilder routes, DashboardFeed feed, CancellationToken stopping)
    {
        routes.MapGet("/", (RequestDelegate)(context => SendAsync(context, DashboardFiles.ByName["index.html"])));
        routes.MapGet("/dashboard/{name}", (RequestDelegate)SendPartAsync);
        routes.MapGet(StreamPath, (RequestDelegate)(context => StreamAsync(context, feed, stopping)));
    }

    private static Task SendPartAsync(HttpContext context)
    {
        if (context.Request.RouteValues["name"] is string name && DashboardFiles.ByName.TryGetValue(name, out DashboardFile? file))
        {
            return SendAsync(context, file);
        }
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private static Task SendAsync(HttpContext context, DashboardFile file)
    {
        IHeaderDictionary fields = context.Response.Headers;
        fields.ContentSecurityPolicy = Policy;
        fields.XContentTypeOptions = "nosniff";
        fields["Referrer-Policy"] = "no-referrer";
        // Asked for every time, and mostly not sent: another version of the balancer has another page.
        fields.CacheControl = "no-cache";
        fields.ETag = file.Tag;
        if (context.Request.Headers.IfNoneMatch == file.Tag)
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }
        fields.ContentType = file.ContentType;
        fields.ContentLength = file.Bytes.Length;
        return context.Response.Body.WriteAsync(file.Bytes, context.RequestAborted).AsTask();
    }

    private static async Task StreamAsync(HttpContext context, DashboardFeed feed, CancellationToken stopping)
    {
        if (!feed.TryEnter())
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        await feed.WatchAsync(context.Response.Body, ends.Token).ConfigureAwait(false);
    }
}

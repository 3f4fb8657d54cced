using Carousel.Control.Dashboard;
using Carousel.Control.Store.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Carousel.Control.Admin;

/// <summary>The dashboard on the admin port: the page at <c>/</c>, its files under <c>/dashboard/</c>, and its event stream.</summary>
internal static class DashboardEndpoints
{
    /// <summary>The path of the event stream.</summary>
    public const string StreamPath = "/api/v1/events/stream";

    /// <summary>Allows same-origin files only; no inline scripts or styles, no framing and no form targets.</summary>
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Maps the routes. The page is public: it contains no data and prompts for the token.</summary>
    public static void Map(IEndpointRouteBuilder routes, AdminContext context)
    {
        var feed = new DashboardFeed(new DashboardSource(context.Pool, context.Traffic, context.Events, context.Time, context.TimeLeft, context.Sessions,
            () => context.Store?.State ?? StoreState.None, $"Carousel {context.Version}", context.States));
        routes.MapGet("/", http => SendAsync(http, DashboardFiles.ByName["index.html"])).WithMetadata(OpenToAll.Mark);
        routes.MapGet("/dashboard/{name}", SendPartAsync).WithMetadata(OpenToAll.Mark);
        routes.MapGet(StreamPath, http => StreamAsync(http, feed));
    }

    private static Task SendPartAsync(HttpContext http)
    {
        if (http.GetRouteValue("name") is string name && DashboardFiles.ByName.TryGetValue(name, out DashboardFile? file))
        {
            return SendAsync(http, file);
        }
        http.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private static Task SendAsync(HttpContext http, DashboardFile file)
    {
        IHeaderDictionary headers = http.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers["Referrer-Policy"] = "no-referrer";
        // Revalidated on every load: another version of the balancer has another page.
        headers.CacheControl = "no-cache";
        headers.ETag = file.Tag;
        if (http.Request.Headers.IfNoneMatch == file.Tag)
        {
            http.Response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }
        headers.ContentType = file.ContentType;
        headers.ContentLength = file.Bytes.Length;
        return http.Response.Body.WriteAsync(file.Bytes, http.RequestAborted).AsTask();
    }

    private static Task StreamAsync(HttpContext http, DashboardFeed feed)
    {
        if (!feed.TryEnter())
        {
            AdminGate.Close(http);
            return Problem.WriteAsync(http, StatusCodes.Status503ServiceUnavailable, $"limit of {DashboardFeed.MaxWatchers} dashboard clients reached");
        }
        http.Response.ContentType = "text/event-stream";
        return feed.WatchAsync(http.Response.Body, http.RequestAborted);
    }
}

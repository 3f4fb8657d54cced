using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace Carousel.Control.Admin;

/// <summary>The description of the API: docs/openapi.json, embedded in the binary. Tests compare it with the routes and the responses.</summary>
internal static class OpenApiEndpoints
{
    public const string Resource = "openapi.json";

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/api/v1/openapi.json", async http =>
    {
        http.Response.ContentType = "application/json";
        using Stream text = typeof(OpenApiEndpoints).Assembly.GetManifestResourceStream(Resource)!;
        await text.CopyToAsync(http.Response.Body, http.RequestAborted).ConfigureAwait(false);
    });
}

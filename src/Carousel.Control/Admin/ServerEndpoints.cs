using System.Text.Json.Serialization.Metadata;
using Carousel.Core.Config;
using Carousel.Core.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Carousel.Control.Admin;

/// <summary>Shows and changes servers. All changes go through <see cref="PoolEditor"/>.</summary>
internal sealed class ServerEndpoints(AdminContext context)
{
    private const string One = "/api/v1/servers/{name}";

    public static void Map(IEndpointRouteBuilder routes, AdminContext context)
    {
        var servers = new ServerEndpoints(context);
        routes.MapGet("/api/v1/pool", http => WriteAsync(http, PoolView.Of(context), AdminJson.Default.PoolView));
        routes.MapGet("/api/v1/servers", http => WriteAsync(http, ServerView.All(context), AdminJson.Default.ServerList));
        routes.MapPost("/api/v1/servers", servers.AddAsync);
        routes.MapGet(One, http => servers.ShowAsync(http, servers.Named(http)));
        routes.MapDelete(One, http => servers.ChangeAsync(http, server => context.Editor.Remove(server, IsForced(http))));
        routes.MapPost(One + "/drain", http => servers.ChangeAsync(http, server => context.Editor.Drain(server, true, IsForced(http))));
        routes.MapPost(One + "/undrain", http => servers.ChangeAsync(http, server => context.Editor.Drain(server, false, force: false)));
        routes.MapPut(One + "/weight", servers.SetWeightAsync);
        routes.MapPut(One + "/max", servers.SetMaxAsync);
    }

    private async Task AddAsync(HttpContext http)
    {
        NewServer body = await ReadAsync(http, AdminJson.Default.NewServer).ConfigureAwait(false);
        (Server server, bool isNew) = context.Editor.Add(body, IsForced(http));
        http.Response.StatusCode = isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK;
        http.Response.Headers.Location = $"/api/v1/servers/{server.Id}";
        await ShowAsync(http, server).ConfigureAwait(false);
    }

    private async Task SetWeightAsync(HttpContext http)
    {
        NewWeight body = await ReadAsync(http, AdminJson.Default.NewWeight).ConfigureAwait(false);
        await ChangeAsync(http, server => context.Editor.SetWeight(server, body.Weight, IsForced(http))).ConfigureAwait(false);
    }

    private async Task SetMaxAsync(HttpContext http)
    {
        NewMax body = await ReadAsync(http, AdminJson.Default.NewMax).ConfigureAwait(false);
        await ChangeAsync(http, server => context.Editor.SetMax(server, body.Max)).ConfigureAwait(false);
    }

    private Task ChangeAsync(HttpContext http, Action<Server> change)
    {
        Server server = Named(http);
        change(server);
        return ShowAsync(http, server);
    }

    /// <summary><c>?force=true</c>: apply the change even if no server accepts requests then.</summary>
    private static bool IsForced(HttpContext http) => http.Request.Query["force"].ToString() switch
    {
        "true" => true,
        "" or "false" => false,
        var other => throw new ProblemException(StatusCodes.Status400BadRequest, $"force: expected true or false, found {Quote.Of(other)}"),
    };

    private Server Named(HttpContext http) => ServerLookup.Find(context.Pool.Current, (string)http.GetRouteValue("name")!);

    /// <summary>204 if the server was removed already.</summary>
    private Task ShowAsync(HttpContext http, Server server)
    {
        if (ServerView.Of(context, server) is { } view)
        {
            return WriteAsync(http, view, AdminJson.Default.ServerView);
        }
        http.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private static async Task<T> ReadAsync<T>(HttpContext http, JsonTypeInfo<T> type) where T : class =>
        http.Request.HasJsonContentType() && await http.Request.ReadFromJsonAsync(type, http.RequestAborted).ConfigureAwait(false) is { } body
            ? body
            : throw new ProblemException(StatusCodes.Status400BadRequest, "a JSON object is expected: see /api/v1/openapi.json");

    private static Task WriteAsync<T>(HttpContext http, T value, JsonTypeInfo<T> type) =>
        http.Response.WriteAsJsonAsync(value, type, cancellationToken: http.RequestAborted);
}

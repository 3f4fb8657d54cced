using System.Net;
using System.Net.Sockets;
using Carousel.Control.Dashboard;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Carousel.Control.Admin;

/// <summary>
/// The admin side: a small Kestrel beside the engine, for people and programs that look at the balancer and act on it. No request that is balanced comes here.
/// </summary>
public sealed class AdminServer : IAsyncDisposable
{
    /// <summary>Connections at once: dashboards, scrapers, health checks. The descriptor budget counts on it.</summary>
    public const int MaxConnections = 64;

    private const int MaxBody = 64 * 1024;

    private readonly WebApplication _app;

    private AdminServer(WebApplication app, IPEndPoint endPoint) => (_app, EndPoint) = (app, endPoint);

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>The routes that there are, for those who compare them with what is written.</summary>
    internal IEnumerable<RouteEndpoint> Routes =>
        _app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>();

    /// <summary>Listens and answers from now on.</summary>
    /// <exception cref="AdminStartException">Port taken, no permission, no such address.</exception>
    public static async Task<AdminServer> StartAsync(AdminOptions options, AdminContext context)
    {
        WebApplication app = Build(options);
        app.UseRouting();
        app.Use(next => http => new AdminGate(options, context).InvokeAsync(http, next));
        MapAll(app, context);
        try
        {
            await app.StartAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            await app.DisposeAsync().ConfigureAwait(false);
            throw new AdminStartException($"--admin {options}: {Trouble(e, options.EndPoint.Port)}");
        }
        string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new AdminServer(app, new IPEndPoint(options.EndPoint.Address, new Uri(address).Port));
    }

    /// <summary>Ends it; streams that are open are cut.</summary>
    public async ValueTask DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource(TimeSpan.Zero);
        await _app.StopAsync(atOnce.Token).ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Everything that there is. Each class maps its own routes; those that need no token carry <see cref="OpenToAll"/>.</summary>
    private static void MapAll(IEndpointRouteBuilder routes, AdminContext context)
    {
        HealthEndpoints.Map(routes, context);
        ServerEndpoints.Map(routes, context);
        DashboardEndpoints.Map(routes, context);
        SessionEndpoints.Map(routes, context);
        RequestEndpoints.Map(routes, context);
        ExplainEndpoints.Map(routes, context);
        OpenApiEndpoints.Map(routes);
        MetricsEndpoints.Map(routes, context);
    }

    /// <summary>Nothing but a listener, routing and what they need: no configuration files, no environment, no log of its own.</summary>
    private static WebApplication Build(AdminOptions options)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = MaxConnections;
            kestrel.Limits.MaxRequestBodySize = MaxBody;
            kestrel.Listen(options.EndPoint, listen => listen.Protocols = HttpProtocols.Http1);
        });
        builder.Services.AddRoutingCore();
        // The host's own would take the signals that are ours.
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        return builder.Build();
    }

    private static string Trouble(Exception e, int port)
    {
        SocketError? error = ((e as SocketException) ?? e.InnerException as SocketException)?.SocketErrorCode;
        return error switch
        {
            _ when e.InnerException is AddressInUseException => $"the port is taken (ss -ltnp 'sport = :{port}' says by whom): choose another, or --admin off",
            SocketError.AddressNotAvailable => "this machine has no such address",
            SocketError.AccessDenied => "no permission to listen there: ports below 1024 are root's",
            _ => e.Message,
        };
    }

    /// <summary>Whoever starts us ends us.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

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
    private const int MaxBody = 64 * 1024;

    /// <summary>A request's head, from its first byte: whoever sends one by hand has it ready.</summary>
    private static readonly TimeSpan HeadTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Until a connection's first request, and between two. Who comes again later connects anew.</summary>
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Bodies, and responses that somebody takes: after some seconds, less than this in a second ends it. A line of 1 Mbit/s has a hundred times as much.</summary>
    private static readonly MinDataRate SlowestRate = new(bytesPerSecond: 1024, gracePeriod: TimeSpan.FromSeconds(5));

    private readonly WebApplication _app;

    private AdminServer(WebApplication app, IPEndPoint endPoint, AdminConnections connections) => (_app, EndPoint, Connections) = (app, endPoint, connections);

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>Who is connected.</summary>
    internal AdminConnections Connections { get; }

    /// <summary>The routes that there are, for those who compare them with what is written.</summary>
    internal IEnumerable<RouteEndpoint> Routes =>
        _app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>();

    /// <summary>Listens and answers from now on.</summary>
    /// <exception cref="AdminStartException">Port taken, no permission, no such address.</exception>
    public static async Task<AdminServer> StartAsync(AdminOptions options, AdminContext context)
    {
        var connections = new AdminConnections();
        WebApplication app = Build(options, connections);
        app.UseRouting();
        var gate = new AdminGate(options, context, connections);
        app.Use(next => http => gate.InvokeAsync(http, next));
        MapAll(app, context);
        try
        {
            await app.StartAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            await app.DisposeAsync().ConfigureAwait(false);
            throw new AdminStartException($"--admin {options}: {Failure(e, options.EndPoint.Port)}");
        }
        string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new AdminServer(app, new IPEndPoint(options.EndPoint.Address, new Uri(address).Port), connections);
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
    private static WebApplication Build(AdminOptions options, AdminConnections connections)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.RequestHeadersTimeout = HeadTimeout;
            kestrel.Limits.KeepAliveTimeout = IdleTimeout;
            kestrel.Limits.MaxRequestBodySize = MaxBody;
            kestrel.Limits.MinRequestBodyDataRate = SlowestRate;
            kestrel.Limits.MinResponseDataRate = SlowestRate;
            kestrel.Listen(options.EndPoint, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                // In place of Kestrel's own limit, which turns away whoever comes last.
                listen.Use(next => connection => connections.RunAsync(connection, next));
            });
        });
        builder.Services.AddRoutingCore();
        // The host's own would take the signals that are ours.
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        return builder.Build();
    }

    private static string Failure(Exception e, int port)
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

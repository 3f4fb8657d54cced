using System.Net;
using System.Net.Sockets;
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
/// The admin server: a small Kestrel beside the engine, for operators and tools. It handles no balanced requests.
/// </summary>
public sealed class AdminServer : IAsyncDisposable
{
    private const int MaxBody = 64 * 1024;

    /// <summary>Limit for a request head, from its first byte.</summary>
    private static readonly TimeSpan HeadTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Limit until a connection's first request, and between two requests.</summary>
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Minimum rate of request and response bodies, after the grace period. A line of 1 Mbit/s is a hundred times faster.</summary>
    private static readonly MinDataRate SlowestRate = new(bytesPerSecond: 1024, gracePeriod: TimeSpan.FromSeconds(5));

    private readonly WebApplication _app;

    private AdminServer(WebApplication app, IPEndPoint endPoint, AdminConnections connections) => (_app, EndPoint, Connections) = (app, endPoint, connections);

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>The open connections.</summary>
    internal AdminConnections Connections { get; }

    /// <summary>The mapped routes, for tests that compare them with the documentation.</summary>
    internal IEnumerable<RouteEndpoint> Routes =>
        _app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>();

    /// <summary>Starts to listen and serve.</summary>
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

    /// <summary>Stops the server; open streams are cut.</summary>
    public async ValueTask DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource(TimeSpan.Zero);
        await _app.StopAsync(atOnce.Token).ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Maps all endpoints. Each class maps its own routes; those that need no token carry <see cref="OpenToAll"/>.</summary>
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

    /// <summary>Only a listener and routing: no configuration files, no environment, no logging of its own.</summary>
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
                // Replaces Kestrel's own limit, which rejects the newest connection.
                listen.Use(next => connection => connections.RunAsync(connection, next));
            });
        });
        builder.Services.AddRoutingCore();
        // The default host lifetime would handle the signals that the balancer handles.
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        return builder.Build();
    }

    private static string Failure(Exception e, int port)
    {
        SocketError? error = ((e as SocketException) ?? e.InnerException as SocketException)?.SocketErrorCode;
        return error switch
        {
            _ when e.InnerException is AddressInUseException => $"the port is in use (ss -ltnp 'sport = :{port}' shows the process): choose another, or set --admin off",
            SocketError.AddressNotAvailable => "this machine has no such address",
            SocketError.AccessDenied => "permission denied (ports below 1024 need a privilege)",
            _ => e.Message,
        };
    }

    /// <summary>Start and stop are controlled by the balancer.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

using System.Security.Claims;
using Carousel.Samples.AspNetCore.Sessions;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Mvc;
using StackExchange.Redis;

// Moves the state that ASP.NET Core keeps in one server's memory into the shared store: docs/ASPNETCORE.md explains each block.
var builder = WebApplication.CreateBuilder(args);
builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
var tokens = new Tokens(builder.Configuration["JWT_KEY"] ?? throw new InvalidOperationException("JWT_KEY: set 32 characters or more, the same for all servers"));

// One connection to the store for everything. A server starts without the store, and reconnects when it is back.
var store = ConfigurationOptions.Parse(builder.Configuration["store"] ?? "localhost:6379");
store.AbortOnConnectFail = false;
IConnectionMultiplexer redis = await ConnectionMultiplexer.ConnectAsync(store);

// The client's address and scheme are taken from the balancer's fields only.
builder.Services.Configure<ForwardedHeadersOptions>(forwarded =>
{
    forwarded.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
    forwarded.ForwardLimit = null;
    forwarded.KnownProxies.Clear();
    forwarded.KnownIPNetworks.Clear();
    foreach (string network in (builder.Configuration["proxies"] ?? "127.0.0.0/8,::1/128").Split(','))
    {
        forwarded.KnownIPNetworks.Add(System.Net.IPNetwork.Parse(network));
    }
});

// Cookies and antiforgery tokens are valid on all servers: same keys, same application name.
builder.Services.AddDataProtection().SetApplicationName("shop").PersistKeysToStackExchangeRedis(redis, "shop:keys");

// HttpContext.Session and IDistributedCache are in the store.
builder.Services.AddStackExchangeRedisCache(cache =>
{
    cache.ConnectionMultiplexerFactory = () => Task.FromResult(redis);
    cache.InstanceName = "shop:";
});
builder.Services.AddSession(session =>
{
    session.IdleTimeout = TimeSpan.FromHours(1);
    session.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
});
builder.Services.AddAntiforgery(form => form.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest);

builder.Services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme)
    .AddCookie(cookie => cookie.LoginPath = "/login")
    .AddJwtBearer(tokens.Accept);
builder.Services.AddAuthorization();

// Messages to all clients also reach the clients of other servers.
builder.Services.AddSignalR().AddStackExchangeRedis(backplane =>
{
    backplane.ConnectionFactory = _ => Task.FromResult(redis);
    backplane.Configuration.ChannelPrefix = RedisChannel.Literal("shop:");
});

// On shutdown the health check fails first; the server stops listening after that.
builder.Services.AddHealthChecks().AddCheck<OrderlyExit>("exit");
builder.Services.AddHostedService<OrderlyExit>();
builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = OrderlyExit.Notice + TimeSpan.FromSeconds(20));

WebApplication app = builder.Build();
app.UseForwardedHeaders(); // First: everything below uses the address and the scheme.
app.UseAuthentication();
app.UseAuthorization();
app.UseAntiforgery();
app.UseSession();

// SignalR closes its connections when shutdown begins, and clients reconnect at once: not to this server, which would have to wait for them.
app.UseWhen(context => context.Request.Path.StartsWithSegments(ChatHub.Path) && app.Lifetime.ApplicationStopping.IsCancellationRequested, stopping =>
    stopping.Run(context =>
    {
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        return Task.CompletedTask;
    }));

app.MapHealthChecks("/healthz");

app.MapGet("/", (HttpContext context) =>
{
    int visits = (context.Session.GetInt32("visits") ?? 0) + 1;
    context.Session.SetInt32("visits", visits);
    return new Visit(context.User.Identity?.Name, visits, $"{context.Connection.RemoteIpAddress}", context.Request.Scheme, context.Connection.LocalPort);
});

app.MapGet("/login", (HttpContext context, IAntiforgery antiforgery) =>
{
    AntiforgeryTokenSet form = antiforgery.GetAndStoreTokens(context);
    return Results.Content(
        $"""<form method="post"><input name="name"><input type="hidden" name="{form.FormFieldName}" value="{form.RequestToken}"><button>Log in</button></form>""",
        "text/html");
});

// [FromForm] makes ASP.NET Core check the antiforgery token. A real login also checks a password.
app.MapPost("/login", ([FromForm] string name) => Results.SignIn(
    new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, name)], CookieAuthenticationDefaults.AuthenticationScheme)),
    new AuthenticationProperties { RedirectUri = "/" },
    CookieAuthenticationDefaults.AuthenticationScheme));

app.MapPost("/token", (ClaimsPrincipal user) => tokens.Issue(user.Identity!.Name!)).RequireAuthorization();

// A long poll ends before the balancer's --answer-timeout (60 s).
app.MapHub<ChatHub>(ChatHub.Path, hub => hub.LongPolling.PollTimeout = TimeSpan.FromSeconds(30));

await app.RunAsync();

/// <summary>The request as the server sees it.</summary>
internal sealed record Visit(string? Name, int Visits, string Client, string Scheme, int Server);

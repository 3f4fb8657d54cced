using Carousel.Samples.AspNetCore;
using StackExchange.Redis;

// A login shared by several servers: session data is in the store that all of them share.
var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
var store = ConfigurationOptions.Parse(builder.Configuration["store"] ?? "localhost:6379");
// Start without the store and reconnect later. While it is unreachable, fail fast; the client's default is to wait.
store.AbortOnConnectFail = false;
store.BacklogPolicy = BacklogPolicy.FailFast;
store.AsyncTimeout = 2000;
var redis = await ConnectionMultiplexer.ConnectAsync(store);

var app = builder.Build();
app.Use(async (context, next) =>
{
    // Responses are per user: caches must not store them.
    context.Response.Headers.CacheControl = "private, no-store";
    try
    {
        await next(context);
    }
    catch (Exception error) when (error is RedisException or RedisTimeoutException)
    {
        // Not 401: the user may be logged in, but the store is unreachable.
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
    }
});

app.MapPost("/login", async (HttpRequest request) =>
{
    string? name = request.HasFormContentType ? (await request.ReadFormAsync())["name"] : default(string);
    if (SessionData.Of(request, redis) is not { } session || string.IsNullOrWhiteSpace(name))
    {
        return Results.BadRequest();
    }
    // A real login checks a password first.
    await session.LogInAsync(name);
    return Results.Text($"welcome {name}, says {request.HttpContext.Connection.LocalPort}\n");
});

app.MapGet("/me", async (HttpRequest request) =>
    SessionData.Of(request, redis) is { } session && await session.NameAsync() is { } name
        ? Results.Text($"{name}, says {request.HttpContext.Connection.LocalPort}\n")
        : Results.Unauthorized());

app.MapPost("/logout", async (HttpRequest request) =>
{
    if (SessionData.Of(request, redis) is { } session)
    {
        await session.ForgetAsync();
    }
    return Results.Text("bye\n");
});

await app.RunAsync();

using Carousel.Samples.AspNetCore;
using StackExchange.Redis;

// A login that survives every hop: whichever server gets the request, the session's data is in the store that all of them share.
var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
var store = ConfigurationOptions.Parse(builder.Configuration["store"] ?? "localhost:6379");
// Start without the store and come back to it; while it is away say so at once, where the client's own way is to wait.
store.AbortOnConnectFail = false;
store.BacklogPolicy = BacklogPolicy.FailFast;
store.AsyncTimeout = 2000;
var redis = await ConnectionMultiplexer.ConnectAsync(store);

var app = builder.Build();
app.Use(async (context, next) =>
{
    // What a visitor sees is nobody else's: no cache may keep it.
    context.Response.Headers.CacheControl = "private, no-store";
    try
    {
        await next(context);
    }
    catch (Exception error) when (error is RedisException or RedisTimeoutException)
    {
        // Not "who are you?": the visitor is logged in, we just can't tell.
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
    // A real one checks a password first.
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

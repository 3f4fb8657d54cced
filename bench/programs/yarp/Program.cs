using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

// yarp PORT FILE: Kestrel and YARP; routes and servers are read from the file and reloaded when it changes.
var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
builder.Configuration.AddJsonFile(args[1], optional: false, reloadOnChange: true);
builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
{
    kestrel.AddServerHeader = false;
    kestrel.Limits.MaxRequestBodySize = null;
    kestrel.Listen(IPAddress.Loopback, int.Parse(args[0]), listen => listen.Protocols = HttpProtocols.Http1);
});
builder.Services.AddRouting();
builder.Services.AddReverseProxy()
    .LoadFromConfig(builder.Configuration.GetSection("ReverseProxy"))
    // No tracing headers, as with the other proxies.
    .ConfigureHttpClient((_, handler) => handler.ActivityHeadersPropagator = null);

var app = builder.Build();
app.UseRouting();
app.MapReverseProxy();
app.Run();

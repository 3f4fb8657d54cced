using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Yarp.ReverseProxy.Configuration;

// yarp PORT SERVER-PORT...: Kestrel and YARP as their documentation sets them up, with all that costs and isn't needed left out.
int[] ports = Array.ConvertAll(args, int.Parse);

var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
{
    kestrel.AddServerHeader = false;
    kestrel.Limits.MaxRequestBodySize = null;
    kestrel.Listen(IPAddress.Loopback, ports[0], listen => listen.Protocols = HttpProtocols.Http1);
});
builder.Services.AddRouting();
builder.Services.AddReverseProxy()
    .LoadFromMemory(
        [new RouteConfig { RouteId = "all", ClusterId = "servers", Match = new RouteMatch { Path = "{**all}" } }],
        [
            new ClusterConfig
            {
                ClusterId = "servers",
                LoadBalancingPolicy = "RoundRobin",
                Destinations = ports[1..].ToDictionary(
                    port => $"s{port}",
                    port => new DestinationConfig { Address = $"http://127.0.0.1:{port}/" }),
            },
        ])
    // No tracing headers: the others send none either.
    .ConfigureHttpClient((_, handler) => handler.ActivityHeadersPropagator = null);

var app = builder.Build();
app.UseRouting();
app.MapReverseProxy();
app.Run();

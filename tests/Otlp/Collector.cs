using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Proto.Collector.Metrics.V1;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Trace.V1;

namespace Carousel.Otlp;

/// <summary>A collector on its own port that stores the received messages, over HTTP or gRPC.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private const int GrpcPrefix = 5;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly WebApplication _app;

    private Collector(WebApplication app) => _app = app;

    public ConcurrentQueue<ExportMetricsServiceRequest> Metrics { get; } = new();

    public ConcurrentQueue<ExportTraceServiceRequest> Traces { get; } = new();

    /// <summary>The heads of all requests.</summary>
    public ConcurrentQueue<IHeaderDictionary> Heads { get; } = new();

    /// <summary>Statuses of the next responses, which reject the message; one per response.</summary>
    public ConcurrentQueue<int> Refusals { get; } = new();

    public string Url => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    public IEnumerable<Span> Spans => Traces.SelectMany(request => request.ResourceSpans).SelectMany(resource => resource.ScopeSpans).SelectMany(scope => scope.Spans);

    public static async Task<Collector> StartAsync(bool grpc = false)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = grpc ? HttpProtocols.Http2 : HttpProtocols.Http1));
        builder.Logging.ClearProviders();
        WebApplication app = builder.Build();
        var collector = new Collector(app);
        app.Run(collector.TakeAsync);
        await app.StartAsync();
        return collector;
    }

    /// <summary>Waits until the condition is true.</summary>
    public static async Task UntilAsync(Func<bool> isSo)
    {
        DateTime end = DateTime.UtcNow + Patience;
        while (!isSo())
        {
            if (DateTime.UtcNow > end)
            {
                throw new TimeoutException("the collector did not get what it was to get");
            }
            await Task.Delay(10);
        }
    }

    public static string? Text(IEnumerable<KeyValue> attributes, string key) => attributes.SingleOrDefault(attribute => attribute.Key == key)?.Value.StringValue;

    public static long? Number(IEnumerable<KeyValue> attributes, string key) => attributes.SingleOrDefault(attribute => attribute.Key == key)?.Value.IntValue;

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        Heads.Enqueue(new HeaderDictionary(context.Request.Headers.ToDictionary()));
        var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        if (Refusals.TryDequeue(out int status))
        {
            context.Response.StatusCode = status;
            return;
        }
        bool isGrpc = context.Request.ContentType == "application/grpc";
        byte[] message = isGrpc ? Unframed(body.ToArray()) : context.Request.Headers.ContentEncoding == "gzip" ? Unzipped(body.ToArray()) : body.ToArray();
        switch (context.Request.Path)
        {
            case "/v1/metrics" or "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export":
                Metrics.Enqueue(ExportMetricsServiceRequest.Parser.ParseFrom(message));
                break;
            case "/v1/traces" or "/opentelemetry.proto.collector.trace.v1.TraceService/Export":
                Traces.Enqueue(ExportTraceServiceRequest.Parser.ParseFrom(message));
                break;
            default:
                context.Response.StatusCode = 404;
                return;
        }
        await RespondAsync(context, isGrpc);
    }

    private static async Task RespondAsync(HttpContext context, bool isGrpc)
    {
        byte[] response = new ExportTraceServiceResponse().ToByteArray();
        context.Response.ContentType = isGrpc ? "application/grpc" : "application/x-protobuf";
        await context.Response.Body.WriteAsync(isGrpc ? [0, 0, 0, 0, (byte)response.Length, .. response] : response);
        if (isGrpc)
        {
            context.Response.AppendTrailer("grpc-status", "0");
        }
    }

    private static byte[] Unframed(byte[] body)
    {
        if (BinaryPrimitives.ReadUInt32BigEndian(body.AsSpan(1)) != body.Length - GrpcPrefix)
        {
            throw new InvalidDataException("the length of the message is not that of the body");
        }
        return body[0] == 1 ? Unzipped(body[GrpcPrefix..]) : body[GrpcPrefix..];
    }

    private static byte[] Unzipped(byte[] bytes)
    {
        var unzipped = new MemoryStream();
        using var gzip = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
        gzip.CopyTo(unzipped);
        return unzipped.ToArray();
    }
}

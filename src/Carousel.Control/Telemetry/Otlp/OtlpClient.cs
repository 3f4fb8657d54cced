using System.Buffers.Binary;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Carousel.Control.Files;

namespace Carousel.Control.Telemetry;

/// <summary>The result of sending a message to the collector.</summary>
/// <param name="Error">Why it failed; null if it was accepted.</param>
/// <param name="MayRetry">True if it may be accepted later.</param>
internal readonly record struct OtlpResult(string? Error, bool MayRetry);

/// <summary>Sends messages to a collector over HTTP or gRPC (https://opentelemetry.io/docs/specs/otlp). Any thread.</summary>
internal sealed class OtlpClient : IDisposable
{
    private const int GrpcPrefix = 5;

    /// <summary>Responses only report how much was accepted.</summary>
    private const int LongestResponse = 1 << 20;

    private readonly OtlpOptions _options;
    private readonly HttpClient _http;

    public OtlpClient(OtlpOptions options)
    {
        _options = options;
        _http = new HttpClient(Handler(options)) { Timeout = options.Timeout, MaxResponseContentBufferSize = LongestResponse };
    }

    private bool IsGrpc => _options.Protocol == OtlpProtocol.Grpc;

    /// <summary>Sends a message. Does not throw on errors of the collector or the network.</summary>
    public async Task<OtlpResult> SendAsync(Uri to, ReadOnlyMemory<byte> message, CancellationToken stop)
    {
        try
        {
            using HttpRequestMessage request = Request(to, message);
            using HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseContentRead, stop).ConfigureAwait(false);
            return response.StatusCode is >= (HttpStatusCode)200 and < (HttpStatusCode)300
                ? IsGrpc ? GrpcResult(response) : default
                : new OtlpResult($"it responded with status {(int)response.StatusCode}", MayRetry(response.StatusCode));
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return new OtlpResult("it did not respond in time", MayRetry: true);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // An unexpected exception of the HTTP library must not stop the export.
            return new OtlpResult(e.InnerException?.Message ?? e.Message, MayRetry: true);
        }
    }

    public void Dispose() => _http.Dispose();

    private static bool MayRetry(HttpStatusCode status) =>
        status is HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;

    /// <summary>The status is in the trailer, or in the head of a response without a body.</summary>
    private static OtlpResult GrpcResult(HttpResponseMessage response)
    {
        const string name = "grpc-status";
        if (!response.TrailingHeaders.TryGetValues(name, out IEnumerable<string>? values) && !response.Headers.TryGetValues(name, out values))
        {
            return new OtlpResult("its response has no grpc-status", MayRetry: false);
        }
        string status = values.First();
        // Cancelled, deadline exceeded, resource exhausted, aborted, out of range, unavailable, data loss.
        return status == "0" ? default : new OtlpResult($"it responded with grpc-status {status}", status is "1" or "4" or "8" or "10" or "11" or "14" or "15");
    }

    private static SocketsHttpHandler Handler(OtlpOptions options)
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false, ConnectTimeout = options.Timeout };
        if (options.Certificate is { } file)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.ImportFromPem(RegularFile.ReadText(file, RegularFile.MaxCertificates));
            handler.SslOptions.CertificateChainPolicy = policy;
        }
        if (options.Client is { } client)
        {
            string certificate = RegularFile.ReadText(client.Certificate, RegularFile.MaxCertificates), key = RegularFile.ReadText(client.Key, RegularFile.MaxCertificates);
            handler.SslOptions.ClientCertificates = [X509Certificate2.CreateFromPem(certificate, key)];
        }
        return handler;
    }

    /// <summary>Checks the certificate files at startup; returns the error, or null.</summary>
    public static string? Check(OtlpOptions options)
    {
        try
        {
            using SocketsHttpHandler handler = Handler(options);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return $"cannot read the certificates for OTLP: {e.Message}";
        }
    }

    private HttpRequestMessage Request(Uri to, ReadOnlyMemory<byte> message)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, to) { Content = Content(message) };
        foreach ((string name, string value) in _options.Headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
        if (IsGrpc)
        {
            request.Version = HttpVersion.Version20;
            request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
            request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        }
        return request;
    }

    private HttpContent Content(ReadOnlyMemory<byte> message)
    {
        ReadOnlyMemory<byte> body = _options.Gzip ? Compress(message) : message;
        if (!IsGrpc)
        {
            var content = new ReadOnlyMemoryContent(body);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/x-protobuf");
            if (_options.Gzip)
            {
                content.Headers.ContentEncoding.Add("gzip");
            }
            return content;
        }
        byte[] framed = new byte[GrpcPrefix + body.Length];
        framed[0] = _options.Gzip ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt32BigEndian(framed.AsSpan(1), (uint)body.Length);
        body.CopyTo(framed.AsMemory(GrpcPrefix));
        var grpc = new ByteArrayContent(framed);
        grpc.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        if (_options.Gzip)
        {
            grpc.Headers.Add("grpc-encoding", "gzip");
        }
        return grpc;
    }

    private static byte[] Compress(ReadOnlyMemory<byte> message)
    {
        var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest))
        {
            gzip.Write(message.Span);
        }
        return compressed.ToArray();
    }
}

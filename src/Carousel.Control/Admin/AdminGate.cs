using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Carousel.Control.Admin;

/// <summary>Metadata of an endpoint that needs no token, since it exposes nothing confidential.</summary>
public sealed class OpenToAll
{
    /// <summary>The instance.</summary>
    public static OpenToAll Mark { get; } = new();
}

/// <summary>
/// Access control. With a token, every client that sends it is accepted; without, every client on this machine, which includes pages in local browsers.
/// Such a page can't use an address or "localhost" as the Host of its own name (DNS rebinding), nor send a change without its browser adding the
/// page's origin. CORS is never allowed.
/// </summary>
/// <param name="options">Has the token, if there is one.</param>
/// <param name="context">Receives errors.</param>
/// <param name="connections">Notified of each request.</param>
internal sealed class AdminGate(AdminOptions options, AdminContext context, AdminConnections connections)
{
    private readonly byte[]? _token = options.Token is null ? null : Encoding.UTF8.GetBytes(options.Token);

    /// <summary>Passes a request on or rejects it; also turns the endpoints' exceptions into responses.</summary>
    public async Task InvokeAsync(HttpContext http, RequestDelegate next)
    {
        IHeaderDictionary headers = http.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.CacheControl = "no-store";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        AdminConnection connection = http.Features.GetRequiredFeature<AdminConnection>();
        connections.OnRequest(connection);
        try
        {
            await RespondAsync(http, connection, next).ConfigureAwait(false);
        }
        catch (Exception e) when (!http.Response.HasStarted && !http.RequestAborted.IsCancellationRequested)
        {
            await FailAsync(http, e).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client closed the connection.
        }
    }

    private async Task RespondAsync(HttpContext http, AdminConnection connection, RequestDelegate next)
    {
        if (Refusal(http) is var (status, detail))
        {
            if (status == StatusCodes.Status401Unauthorized)
            {
                http.Response.Headers.WWWAuthenticate = "Bearer realm=\"carousel\"";
            }
            Close(http);
            await Problem.WriteAsync(http, status, detail).ConfigureAwait(false);
        }
        else if (IsOpenToAll(http))
        {
            await ServeAsync(http, next).ConfigureAwait(false);
        }
        else if (connections.TryBegin(connection))
        {
            try
            {
                await ServeAsync(http, next).ConfigureAwait(false);
            }
            finally
            {
                connections.End(connection);
            }
        }
        else
        {
            Close(http);
            await Problem.WriteAsync(http, StatusCodes.Status503ServiceUnavailable,
                $"the admin server serves {AdminConnections.MostRemoteRequests} requests already; the remaining slots are for health checks and this machine: retry later").ConfigureAwait(false);
        }
    }

    private static async Task ServeAsync(HttpContext http, RequestDelegate next)
    {
        await next(http).ConfigureAwait(false);
        if (http.Response is { HasStarted: false, StatusCode: 404 or 405 })
        {
            await NotFoundAsync(http).ConfigureAwait(false);
        }
    }

    private static bool IsOpenToAll(HttpContext http) => http.GetEndpoint()?.Metadata.GetMetadata<OpenToAll>() is not null;

    /// <summary>Closes the connection after a rejected request.</summary>
    internal static void Close(HttpContext http) => http.Response.Headers.Connection = "close";

    /// <summary>The status and detail of a rejection; null if the request is accepted.</summary>
    private (int Status, string Detail)? Refusal(HttpContext http)
    {
        HttpRequest request = http.Request;
        if (IsOpenToAll(http))
        {
            return null;
        }
        if (_token is not null)
        {
            if (!HasToken(request))
            {
                return (StatusCodes.Status401Unauthorized, "token required: send Authorization: Bearer with the first line of the --admin-token-file");
            }
        }
        else if (!IsAddress(request.Host.Host))
        {
            return (StatusCodes.Status421MisdirectedRequest,
                "the Host field has an unknown name: use an address or localhost, or start carousel with --admin-token-file");
        }
        return HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) ? null : RefusalOfChange(request);
    }

    private static (int Status, string Detail)? RefusalOfChange(HttpRequest request)
    {
        string site = request.Headers["Sec-Fetch-Site"].ToString();
        string origin = request.Headers.Origin.ToString();
        if (site is not ("" or "same-origin" or "none") || (origin.Length != 0 && origin != $"{request.Scheme}://{request.Host}"))
        {
            return (StatusCodes.Status403Forbidden, "changes from pages of other sites are rejected: use the dashboard or the command line");
        }
        bool hasBody = request.ContentLength is > 0 || request.Headers.TransferEncoding.Count != 0;
        return (hasBody || request.ContentType is not null) && !request.HasJsonContentType()
            ? (StatusCodes.Status415UnsupportedMediaType, "only JSON is accepted: send Content-Type: application/json")
            : null;
    }

    /// <summary>Compares in constant time.</summary>
    private bool HasToken(HttpRequest request)
    {
        const string scheme = "Bearer ";
        string given = request.Headers.Authorization.ToString();
        return given.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)
            && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given[scheme.Length..].Trim()), _token);
    }

    private static bool IsAddress(string host) => host == "localhost" || IPAddress.TryParse(host, out _);

    private static Task NotFoundAsync(HttpContext http) => http.Response.StatusCode == StatusCodes.Status405MethodNotAllowed
        ? Problem.WriteAsync(http, StatusCodes.Status405MethodNotAllowed, $"{http.Request.Method} is not allowed here: see the Allow field")
        : Problem.WriteAsync(http, StatusCodes.Status404NotFound, "no such resource: see /api/v1/openapi.json");

    private Task FailAsync(HttpContext http, Exception e)
    {
        switch (e)
        {
            case ProblemException problem:
                return Problem.WriteAsync(http, problem.Status, problem.Message, problem.Type);
            case BadHttpRequestException bad:
                return Problem.WriteAsync(http, bad.StatusCode, bad.Message);
            case JsonException json:
                return Problem.WriteAsync(http, StatusCodes.Status400BadRequest, $"invalid JSON body: {json.Message}");
            default:
                context.ReportError($"admin: {http.Request.Method} {http.Request.Path} failed, please report it: {e}");
                return Problem.WriteAsync(http, StatusCodes.Status500InternalServerError, "internal error: please report it, with the entry in carousel's log");
        }
    }
}

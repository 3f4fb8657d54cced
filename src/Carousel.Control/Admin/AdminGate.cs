using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Carousel.Control.Admin;

/// <summary>Marks an endpoint that tells nothing that not everybody may know: it is open to all, without a token.</summary>
public sealed class OpenToAll
{
    /// <summary>The mark.</summary>
    public static OpenToAll Mark { get; } = new();
}

/// <summary>
/// Who may come in. With a token, whoever brings it; without, whoever is on this machine, which leaves one intruder: a page in a browser that runs here. Such a
/// page can't use an address or "localhost" as Host for a name of its own (DNS rebinding), nor send what changes something without its browser telling where it
/// comes from. Nothing is ever allowed to other origins (CORS).
/// </summary>
/// <param name="options">The token, if there is one.</param>
/// <param name="context">For what goes wrong.</param>
/// <param name="connections">Told of each request.</param>
internal sealed class AdminGate(AdminOptions options, AdminContext context, AdminConnections connections)
{
    private readonly byte[]? _token = options.Token is null ? null : Encoding.UTF8.GetBytes(options.Token);

    /// <summary>Lets a request pass, or answers it; what the endpoints throw is answered here, too.</summary>
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
            // Whoever asked has left.
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
                $"the admin side serves {AdminConnections.MostRemoteRequests} requests already, the rest is for health checks and this machine: ask again").ConfigureAwait(false);
        }
    }

    private static async Task ServeAsync(HttpContext http, RequestDelegate next)
    {
        await next(http).ConfigureAwait(false);
        if (http.Response is { HasStarted: false, StatusCode: 404 or 405 })
        {
            await NowhereAsync(http).ConfigureAwait(false);
        }
    }

    private static bool IsOpenToAll(HttpContext http) => http.GetEndpoint()?.Metadata.GetMetadata<OpenToAll>() is not null;

    /// <summary>Who is turned away keeps no connection.</summary>
    internal static void Close(HttpContext http) => http.Response.Headers.Connection = "close";

    /// <summary>Why this request is refused; null if it is not.</summary>
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
                return (StatusCodes.Status401Unauthorized, "a token is needed: send Authorization: Bearer with the first line of the --admin-token-file");
            }
        }
        else if (!IsAddress(request.Host.Host))
        {
            return (StatusCodes.Status421MisdirectedRequest,
                "a name leads here that need not be ours: ask by address or as localhost, or start carousel with --admin-token-file");
        }
        return HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) ? null : RefusalOfChange(request);
    }

    private static (int Status, string Detail)? RefusalOfChange(HttpRequest request)
    {
        string site = request.Headers["Sec-Fetch-Site"].ToString();
        string origin = request.Headers.Origin.ToString();
        if (site is not ("" or "same-origin" or "none") || (origin.Length != 0 && origin != $"{request.Scheme}://{request.Host}"))
        {
            return (StatusCodes.Status403Forbidden, "a page of another site may change nothing here: use this one's own page, or the command line");
        }
        bool hasBody = request.ContentLength is > 0 || request.Headers.TransferEncoding.Count != 0;
        return (hasBody || request.ContentType is not null) && !request.HasJsonContentType()
            ? (StatusCodes.Status415UnsupportedMediaType, "only JSON is understood: send Content-Type: application/json")
            : null;
    }

    /// <summary>In a time that does not depend on where the first wrong character is.</summary>
    private bool HasToken(HttpRequest request)
    {
        const string scheme = "Bearer ";
        string given = request.Headers.Authorization.ToString();
        return given.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)
            && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given[scheme.Length..].Trim()), _token);
    }

    private static bool IsAddress(string host) => host == "localhost" || IPAddress.TryParse(host, out _);

    private static Task NowhereAsync(HttpContext http) => http.Response.StatusCode == StatusCodes.Status405MethodNotAllowed
        ? Problem.WriteAsync(http, StatusCodes.Status405MethodNotAllowed, $"{http.Request.Method} does nothing here: Allow says what does")
        : Problem.WriteAsync(http, StatusCodes.Status404NotFound, "there is nothing here: /api/v1/openapi.json lists what there is");

    private Task FailAsync(HttpContext http, Exception e)
    {
        switch (e)
        {
            case ProblemException problem:
                return Problem.WriteAsync(http, problem.Status, problem.Message, problem.Type);
            case BadHttpRequestException bad:
                return Problem.WriteAsync(http, bad.StatusCode, bad.Message);
            case JsonException json:
                return Problem.WriteAsync(http, StatusCodes.Status400BadRequest, $"the body is not the JSON that is expected: {json.Message}");
            default:
                context.ReportError($"admin: {http.Request.Method} {http.Request.Path} failed, please report it: {e}");
                return Problem.WriteAsync(http, StatusCodes.Status500InternalServerError, "a defect in carousel; its log has more: please report it");
        }
    }
}

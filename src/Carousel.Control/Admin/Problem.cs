using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Carousel.Control.Admin;

/// <summary>The body of an error response (RFC 9457).</summary>
/// <param name="Type"><c>about:blank</c> if the status says it all; <see cref="LastServer"/> for a change that can be forced.</param>
/// <param name="Title">The status's reason phrase.</param>
/// <param name="Status">The status.</param>
/// <param name="Detail">What is wrong, and what to do about it.</param>
public sealed record Problem(string Type, string Title, int Status, string Detail)
{
    /// <summary>Its media type.</summary>
    public const string MediaType = "application/problem+json";

    /// <summary>The type of a change that would leave no server that accepts requests: <c>force=true</c> applies it anyway.</summary>
    public const string LastServer = "urn:carousel:last-server";

    /// <summary>The type of a problem that its status describes.</summary>
    public const string Plain = "about:blank";

    /// <summary>Writes it as the response.</summary>
    public static Task WriteAsync(HttpContext http, int status, string detail, string type = Plain)
    {
        http.Response.StatusCode = status;
        var problem = new Problem(type, ReasonPhrases.GetReasonPhrase(status), status, detail);
        return http.Response.WriteAsJsonAsync(problem, AdminJson.Default.Problem, MediaType, http.RequestAborted);
    }
}

/// <summary>Thrown by an endpoint, to be sent as a <see cref="Problem"/>.</summary>
/// <param name="status">The status.</param>
/// <param name="detail">What is wrong, and what to do about it.</param>
/// <param name="type">See <see cref="Problem.Type"/>.</param>
internal sealed class ProblemException(int status, string detail, string type = Problem.Plain) : Exception(detail)
{
    public int Status => status;

    public string Type => type;
}

using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Carousel.Control.Admin;

/// <summary>What an endpoint answers that can't do what it is asked (RFC 9457).</summary>
/// <param name="Type"><c>about:blank</c> where the status says which kind it is; <see cref="LastServer"/> for what can be forced.</param>
/// <param name="Title">What the status is called.</param>
/// <param name="Status">The status.</param>
/// <param name="Detail">What is wrong, and what to do about it.</param>
public sealed record Problem(string Type, string Title, int Status, string Detail)
{
    /// <summary>Its media type.</summary>
    public const string MediaType = "application/problem+json";

    /// <summary>The type of a change that would leave no server that takes requests: it is made with <c>force=true</c>.</summary>
    public const string LastServer = "urn:carousel:last-server";

    /// <summary>The type of a problem that is what its status says.</summary>
    public const string Plain = "about:blank";

    /// <summary>Writes it as the answer.</summary>
    public static Task WriteAsync(HttpContext http, int status, string detail, string type = Plain)
    {
        http.Response.StatusCode = status;
        var problem = new Problem(type, ReasonPhrases.GetReasonPhrase(status), status, detail);
        return http.Response.WriteAsJsonAsync(problem, AdminJson.Default.Problem, MediaType, http.RequestAborted);
    }
}

/// <summary>Thrown by what an endpoint does, to be answered as a <see cref="Problem"/>.</summary>
/// <param name="status">The status.</param>
/// <param name="detail">What is wrong, and what to do about it.</param>
/// <param name="type">See <see cref="Problem.Type"/>.</param>
internal sealed class ProblemException(int status, string detail, string type = Problem.Plain) : Exception(detail)
{
    public int Status => status;

    public string Type => type;
}

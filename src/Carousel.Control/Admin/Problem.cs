using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Carousel.Control.Admin;

/// <summary>What an endpoint answers that can't do what it is asked (RFC 9457).</summary>
/// <param name="Type">Always <c>about:blank</c>: the status says which kind it is.</param>
/// <param name="Title">What the status is called.</param>
/// <param name="Status">The status.</param>
/// <param name="Detail">What is wrong, and what to do about it.</param>
public sealed record Problem(string Type, string Title, int Status, string Detail)
{
    /// <summary>Its media type.</summary>
    public const string MediaType = "application/problem+json";

    /// <summary>Writes it as the answer.</summary>
    public static Task WriteAsync(HttpContext http, int status, string detail)
    {
        http.Response.StatusCode = status;
        var problem = new Problem("about:blank", ReasonPhrases.GetReasonPhrase(status), status, detail);
        return http.Response.WriteAsJsonAsync(problem, AdminJson.Default.Problem, MediaType, http.RequestAborted);
    }
}

/// <summary>Thrown by what an endpoint does, to be answered as a <see cref="Problem"/>.</summary>
/// <param name="status">The status.</param>
/// <param name="detail">What is wrong, and what to do about it.</param>
internal sealed class ProblemException(int status, string detail) : Exception(detail)
{
    public int Status => status;
}

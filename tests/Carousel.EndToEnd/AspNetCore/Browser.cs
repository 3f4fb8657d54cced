using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.AspNetCore;

/// <summary>The JSON response of a sample server to GET "/".</summary>
internal sealed record Visit(string? Name, int Visits, string Client, string Scheme, int Server);

/// <summary>An HTTP client of the sample that keeps cookies and connects through the balancer.</summary>
internal sealed partial class Browser : IDisposable
{
    private readonly HttpClient _client;

    public Browser(Balancer balancer)
    {
        Cookies = new CookieContainer();
        _client = new HttpClient(new SocketsHttpHandler { CookieContainer = Cookies, AllowAutoRedirect = false })
        {
            BaseAddress = balancer.Url,
            Timeout = Deadlines.Limit,
        };
    }

    public CookieContainer Cookies { get; }

    public async Task<Visit> RequestAsync() => (await (await SendAsync(HttpMethod.Get, "/")).Content.ReadFromJsonAsync<Visit>())!;

    /// <summary>Gets the form, then posts it. The two requests may reach different servers.</summary>
    public async Task LogInAsync(string name)
    {
        Match token = FormToken().Match(await (await SendAsync(HttpMethod.Get, "/login")).Content.ReadAsStringAsync());
        Assert.True(token.Success, "the form has no antiforgery token");
        using var form = new FormUrlEncodedContent([new("name", name), new(token.Groups["name"].Value, token.Groups["value"].Value)]);
        await SendAsync(HttpMethod.Post, "/login", form, HttpStatusCode.Found);
    }

    /// <summary>Posts the form without its antiforgery token; returns the status.</summary>
    public async Task<HttpStatusCode> ForgeLoginAsync(string name)
    {
        using var form = new FormUrlEncodedContent([new("name", name)]);
        using HttpResponseMessage response = await _client.PostAsync("/login", form);
        return response.StatusCode;
    }

    /// <summary>Returns a JWT for the logged-in user.</summary>
    public async Task<string> TokenAsync() => await (await SendAsync(HttpMethod.Post, "/token")).Content.ReadAsStringAsync();

    public void Dispose() => _client.Dispose();

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? form = null, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using var request = new HttpRequestMessage(method, path) { Content = form };
        HttpResponseMessage response = await _client.SendAsync(request);
        Assert.True(response.StatusCode == expected, $"{method} {path}: {response}");
        return response;
    }

    [GeneratedRegex("""type="hidden" name="(?<name>[^"]+)" value="(?<value>[^"]+)">""")]
    private static partial Regex FormToken();
}

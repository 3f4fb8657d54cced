using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.AspNetCore;

/// <summary>What a server of the sample says at "/".</summary>
internal sealed record Visit(string? Name, int Visits, string Client, string Scheme, int Server);

/// <summary>A user of the sample, with all cookies, at the balancer.</summary>
internal sealed partial class Browser : IDisposable
{
    private readonly HttpClient _client;

    public Browser(Balancer balancer)
    {
        Cookies = new CookieContainer();
        _client = new HttpClient(new SocketsHttpHandler { CookieContainer = Cookies, AllowAutoRedirect = false })
        {
            BaseAddress = balancer.Url,
            Timeout = Patience.Limit,
        };
    }

    public CookieContainer Cookies { get; }

    public async Task<Visit> RequestAsync() => (await (await AskAsync(HttpMethod.Get, "/")).Content.ReadFromJsonAsync<Visit>())!;

    /// <summary>GET of the form, then POST of it: the second may reach the other server.</summary>
    public async Task LogInAsync(string name)
    {
        Match token = FormToken().Match(await (await AskAsync(HttpMethod.Get, "/login")).Content.ReadAsStringAsync());
        Assert.True(token.Success, "the form has no antiforgery token");
        using var form = new FormUrlEncodedContent([new("name", name), new(token.Groups["name"].Value, token.Groups["value"].Value)]);
        await AskAsync(HttpMethod.Post, "/login", form, HttpStatusCode.Found);
    }

    /// <summary>The status of a POST of the form without the token that is in it.</summary>
    public async Task<HttpStatusCode> ForgeLoginAsync(string name)
    {
        using var form = new FormUrlEncodedContent([new("name", name)]);
        using HttpResponseMessage response = await _client.PostAsync("/login", form);
        return response.StatusCode;
    }

    /// <summary>A JWT for who is logged in.</summary>
    public async Task<string> TokenAsync() => await (await AskAsync(HttpMethod.Post, "/token")).Content.ReadAsStringAsync();

    public void Dispose() => _client.Dispose();

    private async Task<HttpResponseMessage> AskAsync(HttpMethod method, string path, HttpContent? form = null, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using var request = new HttpRequestMessage(method, path) { Content = form };
        HttpResponseMessage response = await _client.SendAsync(request);
        Assert.True(response.StatusCode == expected, $"{method} {path}: {response}");
        return response;
    }

    [GeneratedRegex("""type="hidden" name="(?<name>[^"]+)" value="(?<value>[^"]+)">""")]
    private static partial Regex FormToken();
}

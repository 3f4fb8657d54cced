using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Carousel.Cli;
using Carousel.Control.Admin;

namespace Carousel.Commands;

/// <summary>A running balancer could not be asked, or refused; the message is a line for people.</summary>
internal sealed class AdminClientException(string message) : Exception(message);

/// <summary>Speaks to a running balancer's admin side. One thread at a time.</summary>
internal sealed class AdminClient : IDisposable
{
    /// <summary>Nothing that is asked takes long, but for sessions of a large store.</summary>
    private static readonly TimeSpan LongestResponse = TimeSpan.FromSeconds(10);

    private readonly string _address;
    private readonly HttpClient _http;

    /// <param name="target">Which.</param>
    /// <param name="token">The token that it asks for; null for none.</param>
    public AdminClient(AdminTarget target, string? token)
    {
        _address = target.Address;
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false })
        {
            BaseAddress = new Uri($"http://{target.Address}/"),
            Timeout = LongestResponse,
        };
        if (token is not null)
        {
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
    }

    /// <summary>The path of a server that people call so.</summary>
    public static string PathOf(string name) => $"api/v1/servers/{Uri.EscapeDataString(name)}";

    /// <summary>What makes a change though no server takes requests then.</summary>
    public static string Force(bool isForced) => isForced ? "?force=true" : "";

    /// <summary>What is there.</summary>
    /// <exception cref="AdminClientException">It can't be had.</exception>
    public async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type) => await ReadAsync(await SendAsync(HttpMethod.Get, path), type);

    /// <summary>Does something; what is there then, null if nothing.</summary>
    /// <exception cref="AdminClientException">It was not done.</exception>
    public async Task<ServerView?> DoAsync(HttpMethod method, string path, HttpContent? body = null)
    {
        HttpResponseMessage response = await SendAsync(method, path, body);
        return response.StatusCode == System.Net.HttpStatusCode.NoContent ? null : await ReadAsync(response, AdminJson.Default.ServerView);
    }

    /// <summary>The text there, whatever the status.</summary>
    /// <exception cref="AdminClientException">Nobody answers.</exception>
    public async Task<(bool IsGood, string Text)> TextAsync(string path)
    {
        using HttpResponseMessage response = await AskAsync(new HttpRequestMessage(HttpMethod.Get, path));
        return (response.IsSuccessStatusCode, (await response.Content.ReadAsStringAsync()).Trim());
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? body = null)
    {
        HttpResponseMessage response = await AskAsync(new HttpRequestMessage(method, path) { Content = body });
        if (response.IsSuccessStatusCode)
        {
            return response;
        }
        using (response)
        {
            throw new AdminClientException(await ComplaintAsync(response));
        }
    }

    private async Task<HttpResponseMessage> AskAsync(HttpRequestMessage request)
    {
        try
        {
            return await _http.SendAsync(request);
        }
        catch (HttpRequestException e) when (e.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused })
        {
            throw new AdminClientException($"nobody listens on {_address}: is a balancer running there, and with --admin {_address}?");
        }
        catch (HttpRequestException e)
        {
            throw new AdminClientException($"{_address} can't be asked: {e.InnerException?.Message ?? e.Message}");
        }
        catch (TaskCanceledException)
        {
            throw new AdminClientException($"{_address} did not answer within {LongestResponse.TotalSeconds:0} s");
        }
    }

    private async Task<string> ComplaintAsync(HttpResponseMessage response)
    {
        if (response.StatusCode == System.Net.HttpStatusCode.Unauthorized)
        {
            return $"{_address} asks for a token: --admin-token-file FILE has none, or another";
        }
        if (response.Content.Headers.ContentType?.MediaType != Problem.MediaType)
        {
            return $"{_address} answered {(int)response.StatusCode}, which no carousel does: is it the address of an admin side?";
        }
        return (await ReadAsync(response, AdminJson.Default.Problem)).Detail;
    }

    private async Task<T> ReadAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> type)
    {
        using (response)
        {
            try
            {
                return await response.Content.ReadFromJsonAsync(type) ?? throw new JsonException();
            }
            catch (Exception e) when (e is JsonException or HttpRequestException or IOException)
            {
                throw new AdminClientException($"{_address} answered what this carousel does not understand: is it another version?");
            }
        }
    }
}

using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Carousel.Cli;
using Carousel.Control.Admin;

namespace Carousel.Commands;

/// <summary>A running balancer is unreachable or refused; the message is one line for the user.</summary>
internal sealed class AdminClientException(string message) : Exception(message);

/// <summary>A client of a running balancer's admin API. One thread at a time.</summary>
internal sealed class AdminClient : IDisposable
{
    /// <summary>Only the sessions of a large store take long.</summary>
    private static readonly TimeSpan LongestResponse = TimeSpan.FromSeconds(10);

    private readonly string _address;
    private readonly HttpClient _http;

    /// <param name="target">The balancer.</param>
    /// <param name="token">Its admin token; null for none.</param>
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

    /// <summary>The path of a server, by its name, id or address.</summary>
    public static string PathOf(string name) => $"api/v1/servers/{Uri.EscapeDataString(name)}";

    /// <summary>The query that allows a change after which no server accepts requests.</summary>
    public static string Force(bool isForced) => isForced ? "?force=true" : "";

    /// <summary>Gets a resource.</summary>
    /// <exception cref="AdminClientException">It is not available.</exception>
    public async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type) => await ReadAsync(await SendAsync(HttpMethod.Get, path), type);

    /// <summary>Makes a change; returns the server after it, null if it was removed.</summary>
    /// <exception cref="AdminClientException">The change was not made.</exception>
    public async Task<ServerView?> DoAsync(HttpMethod method, string path, HttpContent? body = null)
    {
        HttpResponseMessage response = await SendAsync(method, path, body);
        return response.StatusCode == System.Net.HttpStatusCode.NoContent ? null : await ReadAsync(response, AdminJson.Default.ServerView);
    }

    /// <summary>The text of a response of any status.</summary>
    /// <exception cref="AdminClientException">No response.</exception>
    public async Task<(bool IsGood, string Text)> TextAsync(string path)
    {
        using HttpResponseMessage response = await SendAnyAsync(new HttpRequestMessage(HttpMethod.Get, path));
        return (response.IsSuccessStatusCode, (await response.Content.ReadAsStringAsync()).Trim());
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? body = null)
    {
        HttpResponseMessage response = await SendAnyAsync(new HttpRequestMessage(method, path) { Content = body });
        if (response.IsSuccessStatusCode)
        {
            return response;
        }
        using (response)
        {
            throw new AdminClientException(await ErrorAsync(response));
        }
    }

    private async Task<HttpResponseMessage> SendAnyAsync(HttpRequestMessage request)
    {
        try
        {
            return await _http.SendAsync(request);
        }
        catch (HttpRequestException e) when (e.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused })
        {
            throw new AdminClientException($"nothing listens on {_address}: is a balancer running there with --admin {_address}?");
        }
        catch (HttpRequestException e)
        {
            throw new AdminClientException($"{_address} is unreachable: {e.InnerException?.Message ?? e.Message}");
        }
        catch (TaskCanceledException)
        {
            throw new AdminClientException($"{_address} did not respond within {LongestResponse.TotalSeconds:0} s");
        }
    }

    private async Task<string> ErrorAsync(HttpResponseMessage response)
    {
        if (response.StatusCode == System.Net.HttpStatusCode.Unauthorized)
        {
            return $"{_address} requires its admin token: set --admin-token-file FILE";
        }
        if (response.Content.Headers.ContentType?.MediaType != Problem.MediaType)
        {
            return $"{_address} responded {(int)response.StatusCode}, but not as carousel: is it the address of an admin side?";
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
                throw new AdminClientException($"{_address} sent an unknown response: is it another version of carousel?");
            }
        }
    }
}

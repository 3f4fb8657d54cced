using Carousel.EndToEnd.Harness;

namespace Carousel.EndToEnd.Sessions;

/// <summary>A minimal browser: a kept connection, and the last session cookie, sent with every request.</summary>
internal sealed class SessionClient(Balancer balancer) : IDisposable
{
    private Balancer _balancer = balancer;
    private RawClient? _client;

    /// <summary>The last cookie received; null before the first.</summary>
    public IssuedCookie? Cookie { get; set; }

    /// <summary>The number of cookies received.</summary>
    public int Given { get; private set; }

    /// <summary>The session id in its cookie.</summary>
    public string Id => Cookie!.Id;

    /// <summary>Sends further requests to this balancer.</summary>
    public void GoTo(Balancer balancer)
    {
        Dispose();
        _balancer = balancer;
    }

    public Task<Message> GetAsync(string path = "/", string fields = "") => RequestAsync("GET", path, fields);

    /// <summary>Posts a form with this body.</summary>
    public Task<Message> PostAsync(string path, string body) =>
        RequestAsync("POST", path, $"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {body.Length}\r\n", body);

    /// <summary>Sends a request and reads its response, including interim ones; keeps a cookie in it.</summary>
    public async Task<Message> RequestAsync(string method, string path, string fields = "", string body = "")
    {
        _client ??= await _balancer.ConnectAsync();
        string cookie = Cookie is null ? "" : $"Cookie: {Cookie.Pair}\r\n";
        Message response = await _client.RequestAsync($"{method} {path} HTTP/1.1\r\nHost: test\r\n{cookie}{fields}\r\n{body}");
        if (IssuedCookie.In(response) is { } issued)
        {
            Cookie = issued;
            Given++;
        }
        if ("close".Equals(response["Connection"], StringComparison.OrdinalIgnoreCase))
        {
            Dispose();
        }
        return response;
    }

    /// <summary>Closes its connection; the next request opens another.</summary>
    public void Dispose()
    {
        _client?.Dispose();
        _client = null;
    }
}

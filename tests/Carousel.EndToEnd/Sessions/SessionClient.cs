using Carousel.EndToEnd.Harness;

namespace Carousel.EndToEnd.Sessions;

/// <summary>A browser in small: a connection that is kept, and the session's cookie that it was given last, sent with every request.</summary>
internal sealed class Visitor(Balancer balancer) : IDisposable
{
    private Balancer _balancer = balancer;
    private RawClient? _client;

    /// <summary>What it was given last; null before.</summary>
    public IssuedCookie? Cookie { get; set; }

    /// <summary>How often it was given one.</summary>
    public int Given { get; private set; }

    /// <summary>Its session, by its cookie.</summary>
    public string Id => Cookie!.Id;

    /// <summary>From now on its requests go to this balancer.</summary>
    public void GoTo(Balancer balancer)
    {
        Dispose();
        _balancer = balancer;
    }

    public Task<Message> GetAsync(string path = "/", string fields = "") => AskAsync("GET", path, fields);

    /// <summary>A form with these bytes.</summary>
    public Task<Message> PostAsync(string path, string body) =>
        AskAsync("POST", path, $"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {body.Length}\r\n", body);

    /// <summary>Sends a request and reads its answer, interim ones first; a cookie in it is kept.</summary>
    public async Task<Message> AskAsync(string method, string path, string fields = "", string body = "")
    {
        _client ??= await _balancer.ConnectAsync();
        string cookie = Cookie is null ? "" : $"Cookie: {Cookie.Pair}\r\n";
        Message response = await _client.AskAsync($"{method} {path} HTTP/1.1\r\nHost: test\r\n{cookie}{fields}\r\n{body}");
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

    /// <summary>Leaves its connection; the next request opens another.</summary>
    public void Dispose()
    {
        _client?.Dispose();
        _client = null;
    }
}

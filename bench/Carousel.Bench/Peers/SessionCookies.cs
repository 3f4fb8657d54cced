using System.Net;

namespace Carousel.Bench.Peers;

/// <summary>Gets cookies as clients do: by a first request.</summary>
internal static class SessionCookies
{
    /// <summary>
    /// As many cookies as were asked for, each in the form of a Cookie field. A peer that gives none is sent ones of the length of Carousel's, which it
    /// passes on: what is compared then moves about the same bytes.
    /// </summary>
    /// <exception cref="BenchException">It doesn't respond.</exception>
    public static string[] Collect(string peer, int port, int count)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseCookies = false });
        string[] cookies = new string[count];
        for (int i = 0; i < count; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{IPAddress.Loopback}:{port}/64");
            try
            {
                using HttpResponseMessage response = client.Send(request);
                response.EnsureSuccessStatusCode();
                cookies[i] = response.Headers.TryGetValues("Set-Cookie", out var values)
                    ? values.Single().Split(';')[0]
                    : $"LB_SESSION={i:D64}";
            }
            catch (HttpRequestException e)
            {
                throw new BenchException($"{peer} gave no cookie: {e.Message}");
            }
        }

        return cookies;
    }
}

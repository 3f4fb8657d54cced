using Carousel.EndToEnd.Harness;

namespace Carousel.EndToEnd.Health;

/// <summary>Balancers with probes, at a shorter interval than the default to keep tests short.</summary>
internal static class Probed
{
    public static readonly string[] Options = ["--health", "on", "--health-interval", "100ms"];

    /// <summary>With probes of <c>/healthz</c>.</summary>
    public static readonly string[] ByPath = [.. Options, "--health-path", "/healthz"];

    public static Task<Balancer> StartAsync(params string[] lines) => Balancer.StartAsync(lines, Options);

    public static Task<Balancer> StartAsync(ScriptedServer[] servers, params string[] more) => Balancer.StartAsync(servers, [.. Options, .. more]);

    /// <summary>Waits until the log has this text about the server.</summary>
    public static Task UntilServerLoggedAsync(this Balancer balancer, string url, string what) =>
        Deadlines.UntilAsync(() => balancer.Errors.Contains($" server {url} {what}"), $"\"server {url} {what}\" in the log");

    /// <summary>Waits until these servers respond in rotation, and no other does.</summary>
    public static Task UntilRotationAsync(this Balancer balancer, params string[] names) => Deadlines.UntilAsync(
        async () =>
        {
            string[] responses = await RequestAsync(balancer, 2 * names.Length);
            int first = Array.IndexOf(names, responses[0]);
            return first >= 0 && responses.Select((response, i) => response == names[(first + i) % names.Length]).All(isInTick => isInTick);
        },
        $"the rotation {string.Join(", ", names)}");

    /// <summary>Sends this many requests one after another; returns the response texts, or "503 no-server" for the balancer's own responses.</summary>
    public static async Task<string[]> RequestAsync(this Balancer balancer, int count)
    {
        using RawClient client = await balancer.ConnectAsync();
        var responses = new List<string>();
        for (int i = 0; i < count; i++)
        {
            Message response = await client.GetAsync();
            responses.Add(response["X-Carousel-Reason"] is { } reason ? $"{response.Status} {reason}" : response.Text);
        }
        return [.. responses];
    }
}

using Carousel.EndToEnd.Harness;

namespace Carousel.EndToEnd.Health;

/// <summary>Balancers that probe, more often than they do by default, so that a test does not take long.</summary>
internal static class Probed
{
    public static readonly string[] Options = ["--health", "on", "--health-interval", "100ms"];

    /// <summary>With probes of <c>/healthz</c>.</summary>
    public static readonly string[] ByPath = [.. Options, "--health-path", "/healthz"];

    public static Task<Balancer> StartAsync(params string[] lines) => Balancer.StartAsync(lines, Options);

    public static Task<Balancer> StartAsync(ScriptedServer[] servers, params string[] more) => Balancer.StartAsync(servers, [.. Options, .. more]);

    /// <summary>Waits until the log says this of the server.</summary>
    public static Task UntilSaidAsync(this Balancer balancer, string url, string what) =>
        Patience.UntilAsync(() => balancer.Errors.Contains($" server {url} {what}"), $"\"server {url} {what}\" in the log");

    /// <summary>Waits until each of these answers, one after the other again and again, and nobody else does.</summary>
    public static Task UntilRotationAsync(this Balancer balancer, params string[] names) => Patience.UntilAsync(
        async () =>
        {
            string[] responses = await AskAsync(balancer, 2 * names.Length);
            int first = Array.IndexOf(names, responses[0]);
            return first >= 0 && responses.Select((response, i) => response == names[(first + i) % names.Length]).All(isInTick => isInTick);
        },
        $"the rotation {string.Join(", ", names)}");

    /// <summary>The texts of so many answers, asked for one after the other; "503 no-server" for one of the balancer's own.</summary>
    public static async Task<string[]> AskAsync(this Balancer balancer, int count)
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

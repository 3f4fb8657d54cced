using System.Net.Http.Json;
using System.Text.Json;
using Carousel.Cli;
using Carousel.Control.Admin;
using Carousel.Files;

namespace Carousel.Commands;

/// <summary>The commands for a running balancer.</summary>
internal static class AdminCommand
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true };

    public static int Run(Request.Admin request)
    {
        string? token = null;
        if (request.Target.TokenFile is { } file && (token = AdminToken.Read(file, out string error)) is null)
        {
            Console.Error.WriteLine($"carousel: {error}");
            return ExitCode.BadInput;
        }
        using var client = new AdminClient(request.Target, token);
        try
        {
            return RunAsync(client, request).GetAwaiter().GetResult();
        }
        catch (AdminClientException e)
        {
            Console.Error.WriteLine($"carousel: {e.Message}");
            return ExitCode.CannotStart;
        }
    }

    private static Task<int> RunAsync(AdminClient client, Request.Admin request) => request.Order switch
    {
        AdminOrder.Status status => StatusCommand.RunAsync(client, status),
        AdminOrder.Drain drain => DrainCommand.RunAsync(client, drain, Console.Out, TimeProvider.System),
        AdminOrder.Undrain undrain => DoAsync(client, HttpMethod.Post, AdminClient.PathOf(undrain.Name) + "/undrain", server => $"{server.Name} gets new sessions: {server.State}"),
        AdminOrder.Weight weight => DoAsync(client, HttpMethod.Put, AdminClient.PathOf(weight.Name) + "/weight" + AdminClient.Force(weight.IsForced),
            server => $"{server.Name} has weight {server.Weight}", JsonContent.Create(new NewWeight(weight.Value), AdminJson.Default.NewWeight)),
        AdminOrder.Add add => DoAsync(client, HttpMethod.Post, "api/v1/servers" + AdminClient.Force(add.IsForced), server => $"{server.Name} is in the pool: {server.State}",
            JsonContent.Create(new NewServer(add.Line), AdminJson.Default.NewServer)),
        AdminOrder.Remove remove => DoAsync(client, HttpMethod.Delete, AdminClient.PathOf(remove.Name) + AdminClient.Force(remove.IsForced),
            server => $"{server.Name} is draining: {Count.Of(server.InFlight, "request")} in flight"),
        AdminOrder.HealthCheck check => CheckAsync(client, check),
        AdminOrder.Explain explain => ExplainAsync(client, explain),
        AdminOrder.Past past => PastAsync(client, past),
        _ => throw new InvalidOperationException($"unknown order {request.Order}"),
    };

    private static async Task<int> DoAsync(AdminClient client, HttpMethod method, string path, Func<ServerView, string> say, HttpContent? body = null)
    {
        ServerView? server = await client.DoAsync(method, path, body);
        Console.Out.WriteLine(server is null ? "removed" : say(server));
        return ExitCode.Ok;
    }

    private static async Task<int> CheckAsync(AdminClient client, AdminOrder.HealthCheck check)
    {
        (bool isGood, string text) = await client.TextAsync(check.IsReady ? "readyz" : "healthz");
        Console.Out.WriteLine(Plain.Text(text));
        return isGood ? ExitCode.Ok : ExitCode.CannotStart;
    }

    private static async Task<int> ExplainAsync(AdminClient client, AdminOrder.Explain explain)
    {
        string query = string.Join('&', new[] { ("url", explain.Url), ("cookie", explain.Cookie), ("client", explain.Client), ("header", explain.Header) }
            .Select(field => $"{field.Item1}={Uri.EscapeDataString(field.Item2)}"));
        ExplainView view = await client.GetAsync($"api/v1/explain?{query}", AdminJson.Default.ExplainView);
        Console.Out.Write(explain.IsJson ? Json(JsonSerializer.SerializeToElement(view, AdminJson.Default.ExplainView)) : ExplainText.Of(view));
        return ExitCode.Ok;
    }

    private static async Task<int> PastAsync(AdminClient client, AdminOrder.Past past)
    {
        RequestView view = await client.GetAsync($"api/v1/requests/{Uri.EscapeDataString(past.Id)}", AdminJson.Default.RequestView);
        Console.Out.Write(past.IsJson ? Json(JsonSerializer.SerializeToElement(view, AdminJson.Default.RequestView)) : ExplainText.Of(view));
        return ExitCode.Ok;
    }

    /// <summary>Indented JSON.</summary>
    internal static string Json(JsonElement element)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Indented))
        {
            element.WriteTo(writer);
        }
        return System.Text.Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }
}

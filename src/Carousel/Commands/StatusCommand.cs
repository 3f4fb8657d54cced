using System.Text.Json;
using Carousel.Cli;
using Carousel.Control.Admin;

namespace Carousel.Commands;

/// <summary><c>carousel status</c></summary>
internal static class StatusCommand
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public static async Task<int> RunAsync(AdminClient client, AdminOrder.Status order)
    {
        if (order.IsJson)
        {
            ServerList servers = await client.GetAsync("api/v1/servers", AdminJson.Default.ServerList);
            Console.Out.Write(AdminCommand.Json(JsonSerializer.SerializeToElement(servers, AdminJson.Default.ServerList)));
            return ExitCode.Ok;
        }
        if (Console.IsOutputRedirected)
        {
            Console.Out.Write(StatusText.Of(await ReadAsync(client), width: int.MaxValue, height: int.MaxValue, hasColors: false));
            return ExitCode.Ok;
        }
        await ShowAsync(client);
        return ExitCode.Ok;
    }

    private static async Task<(PoolView, ServerList)> ReadAsync(AdminClient client) =>
        (await client.GetAsync("api/v1/pool", AdminJson.Default.PoolView), await client.GetAsync("api/v1/servers", AdminJson.Default.ServerList));

    /// <summary>Overwrites the screen line by line, without flicker.</summary>
    private static async Task ShowAsync(AdminClient client)
    {
        const string home = "\e[H", clearBelow = "\e[J", hideCursor = "\e[?25l", showCursor = "\e[?25h", otherScreen = "\e[?1049h", ownScreen = "\e[?1049l";
        using var stop = new CancellationTokenSource();
        Console.CancelKeyPress += (_, pressed) =>
        {
            pressed.Cancel = true;
            stop.Cancel();
        };
        bool hasColors = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        string last = StatusText.Of(await ReadAsync(client), Console.WindowWidth, Console.WindowHeight, hasColors);
        Console.Out.Write(otherScreen + hideCursor);
        try
        {
            while (true)
            {
                Console.Out.Write(home + last + clearBelow);
                Console.Out.Flush();
                await Task.Delay(Pause, stop.Token);
                last = StatusText.Of(await ReadAsync(client), Console.WindowWidth, Console.WindowHeight, hasColors);
            }
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C: the last table stays on the screen.
        }
        finally
        {
            Console.Out.Write(showCursor + ownScreen);
            Console.Out.Write(last);
            Console.Out.Flush();
        }
    }
}

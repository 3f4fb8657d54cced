using Carousel.EndToEnd.Harness;

namespace Carousel.EndToEnd.Sessions;

/// <summary>Servers whose response contains their name and the session fields they received.</summary>
internal static class Echo
{
    public static ScriptedServer Server(string name, int port = 0) => ScriptedServer.Start(async connection =>
    {
        while (await connection.ReadRequestAsync() is { } request)
        {
            await connection.RespondAsync(Text(name, request));
        }
    }, port: port);

    /// <summary>Closes every connection after one response, without Connection: close.</summary>
    public static ScriptedServer ClosingServer(string name) => ScriptedServer.Start(async connection =>
    {
        if (await connection.ReadRequestAsync() is { } request)
        {
            await connection.RespondAsync(Text(name, request));
        }
    });

    /// <summary>The name of the server that responded.</summary>
    public static string Name(Message response) => response.Text.Split(' ')[0];

    /// <summary>The X-Session-Id that the server received; "-" for none.</summary>
    public static string Id(Message response) => response.Text.Split(' ')[1];

    /// <summary>The X-Session-Moved that the server received; "-" for none.</summary>
    public static string Moved(Message response) => response.Text.Split(' ')[2];

    private static string Text(string name, Message request) => $"{name} {request["X-Session-Id"] ?? "-"} {request["X-Session-Moved"] ?? "-"}";
}

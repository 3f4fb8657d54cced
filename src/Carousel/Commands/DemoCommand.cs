using System.Net;
using Carousel.Cli;
using Carousel.Core.Config;
using Carousel.Demo;
using Carousel.Logging;

namespace Carousel.Commands;

/// <summary><c>carousel demo</c></summary>
internal static class DemoCommand
{
    private static readonly string[] Names = ["blue", "green", "red"];

    public static int Run(Request.Demo request)
    {
        DemoServer[] servers = [.. Names.Select(DemoServer.Start)];
        using var leaving = new CancellationTokenSource();
        IPAddress address = request.Settings.Engine.Bind is [var first, ..] && !first.Equals(IPAddress.Any) && !first.Equals(IPAddress.IPv6Any) ? first : IPAddress.Loopback;
        try
        {
            return Balancer.Run([.. servers.Select(Entry)], request.Settings, whenStarted: (port, admin, writer) =>
            {
                PrintLinesToTry(port, admin, writer);
                DemoVisitor.SendOut(new IPEndPoint(address, port), leaving.Token);
            });
        }
        finally
        {
            leaving.Cancel();
            Array.ForEach(servers, server => server.Dispose());
        }
    }

    private static ServerEntry Entry(DemoServer server, int index) =>
        new() { Address = new ServerAddress("127.0.0.1", server.Port), Name = server.Name, Line = index + 1 };

    private static void PrintLinesToTry(int port, string? admin, LogWriter writer)
    {
        if (admin is not null)
        {
            writer.Print($$"""

                Watch the ring turn; {{DemoVisitor.Visitors}} visitors are on their way:
                  {{admin}}
                and act on it there, or in another terminal:
                  curl -X POST {{admin}}api/v1/servers/blue/drain
                  curl -X PUT -H 'Content-Type: application/json' -d '{"weight":3}' {{admin}}api/v1/servers/red/weight

                """);
        }
        writer.Print($"""

            Try, in another terminal:
              curl http://localhost:{port}/
              curl -s 'http://localhost:{port}/?[1-6]'
              curl -si http://localhost:{port}/ | grep -i cookie
              curl -d 'some body' http://localhost:{port}/upload
              curl -H 'X-Forwarded-For: 1.2.3.4' http://localhost:{port}/not-believed

            """);
    }
}

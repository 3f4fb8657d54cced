using Carousel.Cli;
using Carousel.Core.Config;
using Carousel.Demo;

namespace Carousel.Commands;

/// <summary><c>carousel demo</c></summary>
internal static class DemoCommand
{
    private static readonly string[] Names = ["blue", "green", "red"];

    public static int Run(Request.Demo request)
    {
        DemoServer[] servers = [.. Names.Select(DemoServer.Start)];
        try
        {
            return Balancer.Run([.. servers.Select(Entry)], request.Settings, whenStarted: PrintLinesToTry);
        }
        finally
        {
            Array.ForEach(servers, server => server.Dispose());
        }
    }

    private static ServerEntry Entry(DemoServer server, int index) =>
        new() { Address = new ServerAddress("127.0.0.1", server.Port), Name = server.Name, Line = index + 1 };

    private static void PrintLinesToTry(int port)
    {
        Console.Out.Write($"""

            Try, in another terminal:
              curl http://localhost:{port}/
              curl -s 'http://localhost:{port}/?[1-6]'
              curl -si http://localhost:{port}/ | grep -i cookie
              curl -d 'some body' http://localhost:{port}/upload
              curl -H 'X-Forwarded-For: 1.2.3.4' http://localhost:{port}/not-believed

            """);
        Console.Out.Flush();
    }
}

using System.Net;
using Carousel.Cli;
using Carousel.Control.Admin;
using Carousel.Core.Config;
using Carousel.Demo;
using Carousel.Hosting;

namespace Carousel.Commands;

/// <summary><c>carousel demo</c></summary>
internal static class DemoCommand
{
    private static readonly string[] Names = ["blue", "green", "red"];

    public static int Run(Request.Demo request)
    {
        DemoServer[] servers = [.. Names.Select(DemoServer.Start)];
        using var stop = new CancellationTokenSource();
        IPAddress bound = request.Settings.Engine.Bind is [var first, ..] ? first : IPAddress.IPv6Any;
        try
        {
            return Balancer.Run([.. servers.Select(Entry)], request.Settings, whenStarted: (port, admin, writer) =>
            {
                writer.Print(LinesToTry(Link.Of(bound, port), admin, Invocation.OfProcess()));
                DemoClient.StartAll(new IPEndPoint(Link.IsWildcard(bound) ? IPAddress.Loopback : bound, port), stop.Token);
            });
        }
        finally
        {
            stop.Cancel();
            Array.ForEach(servers, server => server.Dispose());
        }
    }

    private static ServerEntry Entry(DemoServer server, int index) =>
        new() { Address = new ServerAddress("127.0.0.1", server.Port), Name = server.Name, Line = index + 1 };

    /// <summary>The hints. Each command can be copied into another terminal.</summary>
    /// <param name="balancer">The balancer's URL, without a slash at the end.</param>
    /// <param name="dashboard">The dashboard's URL; null without an admin side.</param>
    /// <param name="carousel">How to start this program.</param>
    internal static string LinesToTry(string balancer, string? dashboard, Invocation carousel)
    {
        string text = "";
        if (dashboard is not null)
        {
            string admin = AdminFlag(new Uri(dashboard));
            text = $"""

                Dashboard, with {DemoClient.Clients} demo clients sending requests:
                  {dashboard}
                Change servers there, or in another terminal{(carousel.IsRelative ? ", in this folder" : "")}:
                  {carousel.Command} status{admin}
                  {carousel.Command} drain blue{admin}
                  {carousel.Command} undrain blue{admin}
                  {carousel.Command} weight red 3{admin}

                """;
        }
        return text + $"""

            Send requests from another terminal:
              curl {balancer}/
              curl -s '{balancer}/?[1-6]'
              curl -si {balancer}/ | grep -i cookie
              curl -d 'some body' {balancer}/upload
              curl -H 'X-Forwarded-For: 1.2.3.4' {balancer}/not-trusted

            """;
    }

    /// <summary>The --admin flag that commands need; empty for the default address.</summary>
    private static string AdminFlag(Uri dashboard) => dashboard.Authority == $"{AdminOptions.Default}" ? ""
        : dashboard.Host == $"{AdminOptions.Default.EndPoint.Address}" ? $" --admin {dashboard.Port}"
        : $" --admin '{dashboard.Authority}'";
}

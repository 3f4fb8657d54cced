using System.Net;
using Carousel.Cli;
using Carousel.Control.Admin;
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
        using var leaving = new CancellationTokenSource();
        IPAddress bound = request.Settings.Engine.Bind is [var first, ..] ? first : IPAddress.IPv6Any;
        try
        {
            return Balancer.Run([.. servers.Select(Entry)], request.Settings, whenStarted: (port, admin, writer) =>
            {
                writer.Print(LinesToTry(Link.Of(bound, port), admin, Invocation.OfProcess()));
                DemoClient.SendOut(new IPEndPoint(Link.IsWildcard(bound) ? IPAddress.Loopback : bound, port), leaving.Token);
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

    /// <summary>What to look at and to try. Each line that is a command works as it stands, in any terminal.</summary>
    /// <param name="balancer">The balancer's URL, without a slash at the end.</param>
    /// <param name="dashboard">The dashboard's URL; null if there is no admin side.</param>
    /// <param name="carousel">How this program is started.</param>
    internal static string LinesToTry(string balancer, string? dashboard, string carousel)
    {
        string text = "";
        if (dashboard is not null)
        {
            string admin = AdminFlag(new Uri(dashboard));
            text = $"""

                Watch the ring turn; {DemoClient.Clients} visitors are on their way:
                  {dashboard}
                and act on it there, or in another terminal:
                  {carousel} status{admin}
                  {carousel} drain blue{admin}
                  {carousel} undrain blue{admin}
                  {carousel} weight red 3{admin}

                """;
        }
        return text + $"""

            Try, in another terminal:
              curl {balancer}/
              curl -s '{balancer}/?[1-6]'
              curl -si {balancer}/ | grep -i cookie
              curl -d 'some body' {balancer}/upload
              curl -H 'X-Forwarded-For: 1.2.3.4' {balancer}/not-believed

            """;
    }

    /// <summary>How commands find it; nothing where they look by themselves.</summary>
    private static string AdminFlag(Uri dashboard) => dashboard.Authority == $"{AdminOptions.Default}" ? ""
        : dashboard.Host == $"{AdminOptions.Default.EndPoint.Address}" ? $" --admin {dashboard.Port}"
        : $" --admin '{dashboard.Authority}'";
}

using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Carousel.Cli;
using Carousel.Control.Supervision;
using Carousel.Demo;
using Carousel.Hosting;

namespace Carousel.Commands;

/// <summary><c>carousel demo-server</c>: a demo server, also used by the Kubernetes example.</summary>
internal static class DemoServerCommand
{
    /// <summary>Drain limit for requests in flight.</summary>
    private static readonly TimeSpan ShutdownLimit = TimeSpan.FromSeconds(5);

    public static int Run(Request.DemoServer request)
    {
        DemoServer server;
        try
        {
            server = DemoServer.Start(request.Name ?? Environment.MachineName, Everywhere(request.Port));
        }
        catch (SocketException e)
        {
            Console.Error.WriteLine($"carousel demo-server: port {request.Port} can't be listened on: {e.Message} (choose another with --port)");
            return ExitCode.CannotStart;
        }
        using var stop = new ManualResetEventSlim();
        using PosixSignalRegistration terminate = Supervisor.OfProcess.Handle(PosixSignal.SIGTERM, stop.Set), interrupt = Supervisor.OfProcess.Handle(PosixSignal.SIGINT, stop.Set);
        Console.Out.WriteLine($"demo server {server.Name} listening on {Link.Of(IPAddress.IPv6Any, server.Port)} (all addresses)");
        Console.Out.Flush();
        stop.Wait();
        server.StopAsync(ShutdownLimit).GetAwaiter().GetResult();
        return ExitCode.Ok;
    }

    private static IPEndPoint Everywhere(int port) => new(Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any, port);
}

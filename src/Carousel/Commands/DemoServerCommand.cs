using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Carousel.Cli;
using Carousel.Control.Supervision;
using Carousel.Demo;

namespace Carousel.Commands;

/// <summary><c>carousel demo-server</c>: a server to balance to, for a first try and for the example of Kubernetes.</summary>
internal static class DemoServerCommand
{
    /// <summary>For requests in flight, once it is told to leave.</summary>
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
        using var leave = new ManualResetEventSlim();
        using PosixSignalRegistration terminate = Supervisor.OfProcess.Handle(PosixSignal.SIGTERM, leave.Set), interrupt = Supervisor.OfProcess.Handle(PosixSignal.SIGINT, leave.Set);
        Console.Out.WriteLine($"demo server {server.Name} listening on {Link.Of(IPAddress.IPv6Any, server.Port)} (all addresses)");
        Console.Out.Flush();
        leave.Wait();
        server.LeaveAsync(ShutdownLimit).GetAwaiter().GetResult();
        return ExitCode.Ok;
    }

    private static IPEndPoint Everywhere(int port) => new(Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any, port);
}

using System.Text;
using Carousel.Cli;
using Carousel.Commands;
using Carousel.Logging;

namespace Carousel;

internal static class Program
{
    private static int Main(string[] args)
    {
        StandardStreams.Reserve();
        StandardText.Install();
        AppDomain.CurrentDomain.UnhandledException += (_, e) => Environment.Exit(ReportDefect(e.ExceptionObject));
        try
        {
            return Run(CommandLine.Parse(args));
        }
        catch (OutputException e)
        {
            Console.Error.WriteLine($"carousel: {e.Message}");
            return ExitCode.CannotStart;
        }
        catch (Exception e)
        {
            return ReportDefect(e);
        }
    }

    private static int Run(Request request)
    {
        switch (request)
        {
            case Request.Print print:
                Console.Out.WriteLine(print.Text);
                return ExitCode.Ok;
            case Request.Invalid invalid:
                foreach (string error in invalid.Errors)
                {
                    Console.Error.WriteLine($"carousel: {error}");
                }
                return ExitCode.BadInput;
            case Request.Check check:
                return CheckCommand.Run(check);
            case Request.Sessions sessions:
                return SessionCommand.Run(sessions);
            case Request.Admin admin:
                return AdminCommand.Run(admin);
            case Request.Complete complete:
                return CompleteCommand.Run(complete);
            case Request.Demo or Request.Run when !OperatingSystem.IsLinux():
                Console.Error.WriteLine("carousel: runs on Linux only, since it needs epoll: use a container or WSL");
                return ExitCode.CannotStart;
            case Request.Demo demo:
                return DemoCommand.Run(demo);
            case Request.DemoServer server:
                return DemoServerCommand.Run(server);
            case Request.Run run:
                return RunCommand.Run(run);
            default:
                throw new InvalidOperationException($"unknown request {request}");
        }
    }

    /// <summary>Does not throw, and does not block on its output.</summary>
    private static int ReportDefect(object exception)
    {
        using var errors = new OutputWriter("defect", StandardStreams.WriteError, _ => []);
        errors.Write(Encoding.UTF8.GetBytes($"carousel: this is a defect in carousel, please report it: {exception}\n"));
        return ExitCode.Defect;
    }
}

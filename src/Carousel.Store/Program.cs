using System.Net;
using Carousel.Store.Cli;

namespace Carousel.Store;

internal static class Program
{
    /// <summary>Shorter than the grace periods before a kill -9: the balancer's 3 s, Docker's 10 s.</summary>
    private static readonly TimeSpan ShutdownLimit = TimeSpan.FromSeconds(2);

    private static int Main(string[] args)
    {
        StoreRequest request = StoreCommandLine.Parse(args, Environment.GetEnvironmentVariable(StoreCommandLine.PasswordVariable));
        switch (request)
        {
            case StoreRequest.Print print:
                WriteLine(Console.Out, print.Text);
                return ExitCode.Ok;
            case StoreRequest.Invalid invalid:
                return Fail(invalid.Error, ExitCode.BadInput);
            case StoreRequest.Run run:
                return Run(run.Options);
            default:
                throw new InvalidOperationException($"unknown request {request}");
        }
    }

    private static int Run(StoreOptions options)
    {
        using var stopSignal = new StopSignal(options.StopWithInput);
        GarnetProcess garnet;
        try
        {
            HeapLimit.Set(options.Memory);
            garnet = GarnetProcess.Start(options);
        }
        catch (StartException e)
        {
            return Fail(e.Message, ExitCode.CannotStart);
        }
        stopSignal.BeginServing();
        WriteLine(Console.Out, "ready " + string.Join(' ', options.Bind.Select(address => new IPEndPoint(address, options.Port))));
        stopSignal.Wait();
        // Open connections can delay Garnet's shutdown; they are cut after the limit.
        _ = Task.Run(garnet.Dispose).Wait(ShutdownLimit);
        Environment.Exit(ExitCode.Ok);
        return ExitCode.Ok;
    }

    private static int Fail(string error, int code)
    {
        WriteLine(Console.Error, $"carousel-store: {error}");
        return code;
    }

    /// <summary>Ignores a full or closed output.</summary>
    private static void WriteLine(TextWriter to, string line)
    {
        try
        {
            to.WriteLine(line);
        }
        catch (IOException)
        {
            // The line is dropped.
        }
    }
}

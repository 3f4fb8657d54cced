using System.Net;
using Carousel.Store.Cli;

namespace Carousel.Store;

internal static class Program
{
    /// <summary>Less than anybody waits before a kill -9: our own supervisor 3 s, Docker 10.</summary>
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
                throw new InvalidOperationException($"nothing does {request}");
        }
    }

    private static int Run(StoreOptions options)
    {
        using var departure = new Departure(options.LeaveWithInput);
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
        departure.BeginServing();
        WriteLine(Console.Out, "ready " + string.Join(' ', options.Bind.Select(address => new IPEndPoint(address, options.Port))));
        departure.Wait();
        // Connections that are served meanwhile can hold Garnet up; nobody waits for those.
        _ = Task.Run(garnet.Dispose).Wait(ShutdownLimit);
        Environment.Exit(ExitCode.Ok);
        return ExitCode.Ok;
    }

    private static int Fail(string error, int code)
    {
        WriteLine(Console.Error, $"carousel-store: {error}");
        return code;
    }

    /// <summary>An output that is full or closed is no reason to end.</summary>
    private static void WriteLine(TextWriter to, string line)
    {
        try
        {
            to.WriteLine(line);
        }
        catch (IOException)
        {
            // Whoever has no place for the line does without.
        }
    }
}

using Carousel.Cli;
using Carousel.Control.Admin;
using Carousel.Control.Discovery;
using Carousel.Core.Config;

namespace Carousel.Commands;

/// <summary><c>carousel -f servers.txt</c></summary>
internal static class RunCommand
{
    public static int Run(Request.Run request)
    {
        ServersText text = ServersFileReader.Read(request.File, out bool isPipe);
        ServersFile file = text.Parse();
        if (!file.IsValid)
        {
            return FileErrors.Print(request.File, file, Console.Error);
        }
        RunSettings settings = request.Settings;
        if (StorePassword.Add(settings.Store, settings.StorePasswordFile, Environment.GetEnvironmentVariable, out string error) is not { } store)
        {
            Console.Error.WriteLine($"carousel: {error}");
            return ExitCode.BadInput;
        }
        if (settings.Telemetry.WithEnvironment(Environment.GetEnvironmentVariable, out error) is not { } telemetry)
        {
            Console.Error.WriteLine($"carousel: {error}");
            return ExitCode.BadInput;
        }
        if (WithToken(settings, out error) is not { } withToken)
        {
            Console.Error.WriteLine($"carousel: {error}");
            return ExitCode.BadInput;
        }
        string? trouble = !settings.Save ? null : isPipe ? $"{request.File} is a pipe, which nothing can be written back to" : ServersFileSaver.Trouble(request.File);
        if (trouble is not null)
        {
            Console.Error.WriteLine($"carousel: --save: {trouble}");
            return ExitCode.CannotStart;
        }
        return Balancer.Run(file.Servers, withToken with { Store = store, Telemetry = telemetry }, isPipe ? null : new ServersSource(request.File, text));
    }

    private static RunSettings? WithToken(RunSettings settings, out string error)
    {
        error = "";
        AdminOptions? admin = settings.Admin is null ? null : AdminToken.Add(settings.Admin, settings.AdminTokenFile, out error);
        return error.Length == 0 ? settings with { Admin = admin } : null;
    }
}

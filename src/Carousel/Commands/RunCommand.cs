using Carousel.Cli;
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
        if (settings.Admin is { } admin)
        {
            if (AdminToken.Add(admin, settings.AdminTokenFile, out error) is not { } withToken)
            {
                Console.Error.WriteLine($"carousel: {error}");
                return ExitCode.BadInput;
            }
            settings = settings with { Admin = withToken };
        }
        return Balancer.Run(file.Servers, settings with { Store = store, Telemetry = telemetry }, isPipe ? null : new ServersSource(request.File, text));
    }
}

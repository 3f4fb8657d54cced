using System.Collections.Immutable;
using Carousel.Cli;
using Carousel.Control.Admin;
using Carousel.Control.Discovery;
using Carousel.Core.Config;
using Carousel.Files;
using Carousel.Hosting;

namespace Carousel.Commands;

/// <summary><c>carousel http://localhost:3001 :3002</c>, <c>carousel -f servers.txt</c></summary>
internal static class RunCommand
{
    public static int Run(Request.Run request)
    {
        DataFolder? folder = DataFolder.Of(Environment.GetEnvironmentVariable);
        return request.File is null ? OverServers(request.Servers, request.Settings, folder) : OverFile(request.File, request.Settings, folder);
    }

    private static int OverServers(ImmutableArray<ServerEntry> servers, RunSettings given, DataFolder? folder) =>
        WithFiles(given, folder, out string error) is { } settings ? Balancer.Run(servers, settings) : BadInput(error);

    private static int OverFile(string path, RunSettings given, DataFolder? folder)
    {
        ServersText text = ServersFileReader.ReadAtStart(path, out bool isPipe);
        ServersFile file = text.Parse();
        if (!file.IsValid)
        {
            FileErrors.Print(path, file, Console.Error);
        }
        LastGoodFile? lastGood = StartFiles.LastGood(given, path, isPipe, folder, out string error);
        error = isPipe && error.Length == 0 ? StartFiles.PipeError(given, path) ?? "" : error;
        ServersFile? startsWith = file.IsValid || error.Length != 0 ? null : StartsWith(given.LastGood, lastGood, out error);
        RunSettings? settings = error.Length == 0 ? WithFiles(given, folder, out error) : null;
        if (settings is null)
        {
            return BadInput(error);
        }
        if (!file.IsValid && startsWith is null)
        {
            return ExitCode.BadInput;
        }
        string? failure = !settings.Save ? null : isPipe ? $"{path} is a pipe: changes can't be written back" : ServersFileSaver.Failure(path);
        if (failure is not null)
        {
            Console.Error.WriteLine($"carousel: --save: {failure}");
            return ExitCode.CannotStart;
        }
        var source = new ServersSource(path, text) { LastGood = lastGood, StartsWith = startsWith };
        return Balancer.Run((startsWith ?? file).Servers, settings, isPipe ? null : source);
    }

    private static int BadInput(string error)
    {
        Console.Error.WriteLine($"carousel: {error}");
        return ExitCode.BadInput;
    }

    /// <summary>The last good list, used because the file is bad; null if there is none, with an error if --last-good names one.</summary>
    private static ServersFile? StartsWith(LastGoodPlace place, LastGoodFile? lastGood, out string error)
    {
        string whyNot = "";
        ServersFile? list = lastGood?.Read(out whyNot);
        error = list is null && place.File is not null ? $"--last-good: no last good list to start with: {whyNot}" : "";
        return list;
    }

    /// <summary>Adds the settings from files and the environment; null with a one-line error.</summary>
    private static RunSettings? WithFiles(RunSettings settings, DataFolder? folder, out string error)
    {
        if (StorePassword.Add(settings.Store, settings.StorePasswordFile, Environment.GetEnvironmentVariable, out error) is not { } store
            || settings.Telemetry.WithEnvironment(Environment.GetEnvironmentVariable, out error) is not { } telemetry
            || WithToken(settings, out error) is not { } withToken
            || StartFiles.Store(settings, folder, out error) is not { } embedded)
        {
            return null;
        }
        error = StartFiles.AccessLogError(telemetry.AccessLog) ?? "";
        return error.Length == 0 ? withToken with { Store = store, Telemetry = telemetry, EmbeddedStore = embedded } : null;
    }

    private static RunSettings? WithToken(RunSettings settings, out string error)
    {
        error = "";
        AdminOptions? admin = settings.Admin is null ? null : AdminToken.Add(settings.Admin, settings.AdminTokenFile, out error);
        return error.Length == 0 ? settings with { Admin = admin } : null;
    }
}

using Carousel.Cli;
using Carousel.Control.Store;
using Carousel.Control.Store.Embedded;
using Carousel.Control.Telemetry;
using Carousel.Core.Config;
using Carousel.Core.Sessions;

namespace Carousel.Files;

/// <summary>Checks the files and folders named by flags. If one can't be used, the start is refused with a one-line error and a remedy.</summary>
internal static class StartFiles
{
    /// <summary>The copy of this file's last good list; null if it is not kept, with an error if a named file can't be used.</summary>
    /// <param name="settings">From the command line.</param>
    /// <param name="servers">The file of the servers.</param>
    /// <param name="isPipe">True if it can't be read a second time.</param>
    /// <param name="folder">The default data folder; null for none.</param>
    /// <param name="error">Empty if there is nothing wrong.</param>
    public static LastGoodFile? LastGood(RunSettings settings, string servers, bool isPipe, DataFolder? folder, out string error)
    {
        error = "";
        if (settings.LastGood.File is not { } file)
        {
            LastGoodFile? kept = settings.LastGood.IsOff || isPipe || folder is null ? null : LastGoodFile.In(folder.Path, servers);
            return kept?.Failure() is null ? kept : null;
        }
        var lastGood = new LastGoodFile(file, servers);
        string? failure = isPipe ? $"{servers} is a pipe, which has no last good list: leave --last-good out" : lastGood.Failure();
        error = failure is null ? "" : $"--last-good: {failure}";
        return failure is null ? lastGood : null;
    }

    /// <summary>The error for a flag that needs a file if the list is read from a pipe, which can be read only once; null if there is none.</summary>
    /// <param name="settings">From the command line.</param>
    /// <param name="servers">The pipe.</param>
    public static string? PipeError(RunSettings settings, string servers) =>
        settings.Watch && settings.Described.SelectMany(group => group.Settings).Any(setting => setting is { Flag: "--watch", IsGiven: true })
            ? $"--watch on: {servers} is a pipe, which can't be read again: name a file, or leave --watch out"
            : null;

    /// <summary>The options of the embedded store with its folder; null with an error if a named folder can't or won't be used.</summary>
    /// <param name="settings">From the command line.</param>
    /// <param name="folder">The default data folder; null for none.</param>
    /// <param name="error">Empty if there is nothing wrong.</param>
    public static EmbeddedStoreOptions? Store(RunSettings settings, DataFolder? folder, out string error)
    {
        error = "";
        EmbeddedStoreOptions options = settings.EmbeddedStore;
        if (settings.Pool.Sessions.Mode == SessionMode.Off || settings.Store.Kind is not (StoreKind.Auto or StoreKind.Embedded) || options.WhyInMemory.Length != 0)
        {
            return options;
        }
        if (options.DataDirectory is { } named)
        {
            error = DataFolder.Failure(named) is { } failure ? $"--data: {named} can't be written: {failure} (name another folder, or leave --data out)"
                : StoreChoice.OtherThanEmbedded(settings.Store) is { } other ? $"--data: {named} would not be used: {other}"
                : "";
            return error.Length == 0 ? options : null;
        }
        if (folder is null)
        {
            return options with { WhyInMemory = "neither STATE_DIRECTORY, XDG_DATA_HOME nor HOME names a data folder: set --data DIR" };
        }
        string place = folder.ForStore(settings.Store.Hosts[0].Port);
        return DataFolder.Failure(place) is { } why
            ? options with { WhyInMemory = $"{place} can't be written: {why}; set another folder with --data DIR" }
            : options with { DataDirectory = place };
    }

    /// <summary>Why the access log can't be opened; null if it can.</summary>
    public static string? AccessLogError(LogDestination destination) =>
        AccessLog.Failure(destination, AppendFile.Open) is { } failure ? $"--access-log: {failure}" : null;
}

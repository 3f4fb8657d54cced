using Carousel.Cli;
using Carousel.Control.Store;
using Carousel.Control.Telemetry;
using Carousel.Core.Config;
using Carousel.Core.Sessions;

namespace Carousel;

/// <summary>The files and folders that a balancer was told to use: each can be used, or the start is refused with one line that says what is wrong and what to do.</summary>
internal static class StartFiles
{
    /// <summary>Where the last good list of this file is kept; null for nowhere, with an error if one was named that can't be used.</summary>
    /// <param name="settings">From the command line.</param>
    /// <param name="servers">The file of the servers.</param>
    /// <param name="isPipe">True if it can't be read a second time.</param>
    /// <param name="folder">Where data is kept if nobody says where; null for nowhere.</param>
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
        string? failure = isPipe ? $"{servers} is a pipe, which the next start has not: leave --last-good out" : lastGood.Failure();
        error = failure is null ? "" : $"--last-good: {failure}";
        return failure is null ? lastGood : null;
    }

    /// <summary>What is asked of a list that comes by a pipe, and can't be done, since it is gone once it is read; null if nothing.</summary>
    /// <param name="settings">From the command line.</param>
    /// <param name="servers">The pipe.</param>
    public static string? PipeError(RunSettings settings, string servers) =>
        settings.Watch && settings.Described.SelectMany(group => group.Settings).Any(setting => setting is { Flag: "--watch", IsGiven: true })
            ? $"--watch on: {servers} is a pipe, which says nothing a second time: name a file, or leave it out"
            : null;

    /// <summary>How the embedded store runs, with its folder; null with an error if one was named that can't or won't be used.</summary>
    /// <param name="settings">From the command line.</param>
    /// <param name="folder">Where data is kept if nobody says where; null for nowhere.</param>
    /// <param name="error">Empty if there is nothing wrong.</param>
    public static EmbeddedStoreOptions? Store(RunSettings settings, DataFolder? folder, out string error)
    {
        error = "";
        EmbeddedStoreOptions options = settings.EmbeddedStore;
        if (settings.Sessions.Mode == SessionMode.Off || settings.Store.Kind is not (StoreKind.Auto or StoreKind.Embedded) || options.WhyInMemory.Length != 0)
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
            return options with { WhyInMemory = "neither STATE_DIRECTORY, XDG_DATA_HOME nor HOME names a place for data; --data DIR does" };
        }
        string place = folder.ForStore(settings.Store.Hosts[0].Port);
        return DataFolder.Failure(place) is { } why
            ? options with { WhyInMemory = $"{place} can't be written: {why}; --data DIR names another place" }
            : options with { DataDirectory = place };
    }

    /// <summary>What is wrong with where the access log goes; null if nothing.</summary>
    public static string? AccessLogError(LogDestination destination) =>
        AccessLog.Failure(destination, AppendFile.Open) is { } failure ? $"--access-log: {failure}" : null;
}

using Carousel.Cli;
using Carousel.Control.Discovery;
using Carousel.Control.Files;
using Carousel.Control.Telemetry;
using Carousel.Core.Pools;
using Carousel.Files;
using Carousel.Logging;

namespace Carousel.Hosting;

/// <summary>The file of the servers: the pool follows it, changes at the admin side are saved to it, and its last good list is kept.</summary>
internal sealed class ServersFileSide : IDisposable
{
    private readonly ServersSource _source;
    private readonly bool _isWatched;
    private readonly ServersFileWatcher _watcher;
    private readonly LastGoodWriter? _lastGood;
    private readonly StderrLog _log;
    private IDisposable? _notices;

    private ServersFileSide(ServersSource source, RunSettings settings, PoolMembership membership, StderrLog log)
    {
        (_source, _isWatched, _log) = (source, settings.Watch, log);
        _watcher = new ServersFileWatcher(source.Path, () => ServersFileReader.Read(source.Path), source.Text, membership, TimeProvider.System,
            log.Info, log.Error, source.StartsWith, new FileThread("servers file"));
        _lastGood = source.LastGood is { } file ? new LastGoodWriter(file.Path, file.Write, log.Error) : null;
        Metrics = new ServersFileMetrics(_watcher);
        Saver = settings.Save ? new ServersFileSaver(_watcher, source.Path) : null;
    }

    /// <summary>Whether the file is valid.</summary>
    public ServersFileMetrics Metrics { get; }

    /// <summary>Saves changes to the file; null if they are not to be saved.</summary>
    public ServersFileSaver? Saver { get; }

    /// <inheritdoc cref="ServersFileWatcher.Failure"/>
    public string? Failure => _watcher.Failure;

    /// <inheritdoc cref="ServersFileWatcher.Reloaded"/>
    public event Action? Reloaded
    {
        add => _watcher.Reloaded += value;
        remove => _watcher.Reloaded -= value;
    }

    /// <summary>Null without a source. Starts nothing yet, but <see cref="Reload"/> works.</summary>
    public static ServersFileSide? Of(ServersSource? source, RunSettings settings, PoolMembership membership, StderrLog log) =>
        source is null ? null : new ServersFileSide(source, settings, membership, log);

    /// <summary>Keeps each good list from now on; logs a start with the last good list.</summary>
    public void KeepLastGood()
    {
        if (_source.LastGood is not { } file || _lastGood is null)
        {
            return;
        }
        _watcher.Accepted += _lastGood.Keep;
        if (_source.StartsWith is null)
        {
            _lastGood.Keep(_source.Text);
        }
        else
        {
            _log.Error($"{_source.Path} can't be used ({_watcher.Failure}): starting with the last good list of {file.Time}, from {file.Path}");
        }
    }

    /// <inheritdoc cref="LastGoodWriter.Dispose"/>
    public void FinishLastGood() => _lastGood?.Dispose();

    /// <summary>Follows the file, unless --watch is off. The first check finds changes made during the start.</summary>
    public void Watch()
    {
        if (_isWatched)
        {
            _notices = FolderNotices.Start(_source.Path, _watcher.Notice);
            _watcher.Start();
        }
    }

    /// <inheritdoc cref="ServersFileWatcher.Reload"/>
    public void Reload() => _watcher.Reload();

    /// <summary>Stops following the file. A list that is being kept is finished by <see cref="FinishLastGood"/>.</summary>
    public void Dispose()
    {
        _notices?.Dispose();
        _watcher.Dispose();
    }
}

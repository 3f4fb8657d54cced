using Carousel.Cli;
using Carousel.Control.Store;
using Carousel.Control.Store.Embedded;
using Carousel.Core.Config;
using Carousel.Core.Events;
using Carousel.Core.Pools;
using Carousel.Core.Sessions;

namespace Carousel.Hosting;

/// <summary>The parts of sessions outside the engine: the channel to the workers, the store client and, if used, the embedded store.</summary>
internal sealed class SessionSide : IDisposable
{
    /// <summary>How long the start waits for a store that was not requested.</summary>
    private static readonly TimeSpan ShortHeadStart = TimeSpan.FromMilliseconds(50);

    /// <summary>How long it waits for a named store: without its keys, sessions of other replicas would count as new. A refusing store ends the wait.</summary>
    private static readonly TimeSpan LongHeadStart = TimeSpan.FromSeconds(2);

    private readonly TimeSpan _headStart;
    private readonly EmbeddedStoreOptions _embedded;
    private readonly ReportEvent _log;
    private EmbeddedStore? _process;
    private string? _lastLine;

    private SessionSide(RunSettings settings, Pool pool, SessionChannel channel, ReportEvent log)
    {
        _embedded = settings.EmbeddedStore with { Password = settings.Store.Password };
        _log = log;
        _headStart = settings.Store.Kind == StoreKind.Redis || HasData(_embedded.DataDirectory) ? LongHeadStart : ShortHeadStart;
        Store = new SessionStore(settings.Store, channel, pool, TimeProvider.System, log, StartEmbeddedAsync);
        Metrics = new SessionMetrics(channel, Store);
    }

    /// <summary>The metrics of sessions.</summary>
    public SessionMetrics Metrics { get; }

    /// <summary>The store's client.</summary>
    public SessionStore Store { get; }

    /// <summary>Null if sessions are off. Starts nothing yet.</summary>
    public static SessionSide? Of(RunSettings settings, Pool pool, ReportEvent log) =>
        pool.Sessions is { } channel ? new SessionSide(settings, pool, channel, log) : null;

    /// <summary>The channel between the pool's workers and its session store; null if sessions are off.</summary>
    public static SessionChannel? ChannelOf(SessionOptions options, int workers) =>
        options.Mode == SessionMode.Off ? null : new SessionChannel(options, SessionStore.ProcessKeys(options, TimeProvider.System), workers);

    /// <summary>Call it before connections are accepted. Returns when the store's keys are known, or after a short wait: traffic does not depend on the store.</summary>
    public void Start()
    {
        Store.Start();
        Store.FirstTryAsync(_headStart).GetAwaiter().GetResult();
    }

    /// <summary>Call it after the engine has stopped: writes unsaved updates, then stops the embedded store.</summary>
    public void Dispose() => EndAsync().GetAwaiter().GetResult();

    private async Task EndAsync()
    {
        await Store.DisposeAsync().ConfigureAwait(false);
        if (_process is not null)
        {
            await _process.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>A store that could not start is disposed: another process may have the port by now, and the caller retries.</summary>
    private async Task<bool> StartEmbeddedAsync(int port, CancellationToken stop)
    {
        _process ??= new EmbeddedStore(_embedded with { Port = port }, TimeProvider.System, LogOnce);
        if (await _process.StartAsync(stop).ConfigureAwait(false))
        {
            return true;
        }
        if (_process.State != EmbeddedStoreState.Missing)
        {
            await _process.DisposeAsync().ConfigureAwait(false);
            _process = null;
        }
        return false;
    }

    /// <summary>True if a previous store left data, including the keys that sign existing cookies. Its data is in subfolders.</summary>
    private static bool HasData(string? folder) => folder is not null && Directory.Exists(folder) && Directory.EnumerateDirectories(folder).Any();

    private void LogOnce(EventLevel level, string line)
    {
        if (Interlocked.Exchange(ref _lastLine, line) != line)
        {
            _log(level, line);
        }
    }
}

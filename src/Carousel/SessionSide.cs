using Carousel.Cli;
using Carousel.Control.Store;
using Carousel.Core.Config;
using Carousel.Core.Pool;
using Carousel.Core.Sessions;
using Carousel.Core.Telemetry;

namespace Carousel;

/// <summary>What sessions take beside the engine: the link to the workers, the store's client, and the embedded store if that is the one.</summary>
internal sealed class SessionSide : IAsyncDisposable
{
    /// <summary>A start that nobody notices, where no store was asked for.</summary>
    private static readonly TimeSpan ShortHeadStart = TimeSpan.FromMilliseconds(50);

    /// <summary>For a store that was named: until the keys are here, visitors of other replicas would be taken for new ones. One that refuses ends the wait.</summary>
    private static readonly TimeSpan LongHeadStart = TimeSpan.FromSeconds(2);

    private readonly TimeSpan _headStart;
    private readonly EmbeddedStoreOptions _embedded;
    private readonly ReportEvent _log;
    private EmbeddedStore? _process;
    private string? _lastLine;

    private SessionSide(RunSettings settings, ServerPool pool, ReportEvent log)
    {
        _embedded = settings.EmbeddedStore with { Password = settings.Store.Password };
        _log = log;
        _headStart = settings.Store.Kind == StoreKind.Redis || HasData(_embedded.DataDirectory) ? LongHeadStart : ShortHeadStart;
        Channel = new SessionChannel(settings.Sessions, SessionStore.ProcessKeys(settings.Sessions, TimeProvider.System), settings.Engine.Workers);
        Store = new SessionStore(settings.Store, Channel, pool, TimeProvider.System, log, StartEmbeddedAsync);
        Metrics = new SessionMetrics(Channel, Store);
    }

    /// <summary>For the engine.</summary>
    public SessionChannel Channel { get; }

    /// <summary>What is to be told of sessions.</summary>
    public SessionMetrics Metrics { get; }

    /// <summary>The store's client.</summary>
    public SessionStore Store { get; }

    /// <summary>Null if sessions are off. Starts nothing yet.</summary>
    public static SessionSide? Of(RunSettings settings, ServerPool pool, ReportEvent log) =>
        settings.Sessions.Mode == SessionMode.Off ? null : new SessionSide(settings, pool, log);

    /// <summary>Before connections are taken. Returns when the store's keys are known, or soon: traffic does not wait for the store.</summary>
    public void Start()
    {
        Store.Start();
        Store.FirstTryAsync(_headStart).GetAwaiter().GetResult();
    }

    /// <summary>After the engine has ended: writes what is left, and takes the embedded store along.</summary>
    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync().ConfigureAwait(false);
        if (_process is not null)
        {
            await _process.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>One that could not start is let go: the port may be somebody else's by now, and whoever asks tries again.</summary>
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

    /// <summary>A store that was there before has keys that our visitors' cookies are signed with. What it keeps is in folders of its own.</summary>
    private static bool HasData(string? folder) => folder is not null && Directory.Exists(folder) && Directory.EnumerateDirectories(folder).Any();

    private void LogOnce(EventLevel level, string line)
    {
        if (Interlocked.Exchange(ref _lastLine, line) != line)
        {
            _log(level, line);
        }
    }
}

using Carousel.Core.Config;
using StackExchange.Redis;

namespace Carousel.Control.Store.Client;

/// <summary>
/// The connection to the store (one per server of a cluster). A failed connection is discarded with all pending commands and reopened: nothing
/// accumulates in it, and roles, passwords and addresses are resolved again. One thread at a time.
/// </summary>
internal sealed class RedisConnection(StoreAddress address) : IAsyncDisposable
{
    private ConnectionMultiplexer? _multiplexer;
    private ServerAddress? _primary;
    private volatile Exception? _lastFailure;
    private volatile bool _isFailing;

    /// <summary>True if a connection failed since the last call.</summary>
    public bool TakeFailing()
    {
        bool isFailing = _isFailing;
        _isFailing = false;
        return isFailing;
    }

    /// <summary>The connected database.</summary>
    /// <exception cref="StoreException">Connecting failed.</exception>
    public async Task<IDatabase> OpenAsync()
    {
        if (_multiplexer is null)
        {
            IEnumerable<ServerAddress> hosts = address.Hosts;
            if (address.ServiceName is not null)
            {
                _primary = await SentinelQuery.PrimaryAsync(address).ConfigureAwait(false);
                hosts = [_primary.Value];
            }
            ConfigurationOptions options = RedisSettings.For(address, hosts);
            await ConnectAsync(options).ConfigureAwait(false);
        }
        return _multiplexer!.GetDatabase();
    }

    /// <summary>The servers that own keys, for scans.</summary>
    public IEnumerable<IServer> Primaries =>
        _multiplexer?.GetServers().Where(server => server is { IsConnected: true, IsReplica: false }) ?? [];

    /// <summary>
    /// Asks the sentinels for the current primary; if it changed, the next <see cref="OpenAsync"/> connects to the new one. If no sentinel responds, the
    /// connection to a working primary is kept.
    /// </summary>
    public async Task FollowAsync()
    {
        if (address.ServiceName is null || _multiplexer is null)
        {
            return;
        }
        try
        {
            if (await SentinelQuery.PrimaryAsync(address).ConfigureAwait(false) == _primary)
            {
                return;
            }
        }
        catch (StoreException)
        {
            return;
        }
        await CloseAsync().ConfigureAwait(false);
    }

    /// <summary>Classifies the error of a command.</summary>
    public StoreFailure FailureOf(Exception error)
    {
        StoreFailure failure = StoreFailures.Of(error, _lastFailure);
        // The library continues after a rejected password, and reports the resulting NOAUTH.
        return failure.Kind == "NOAUTH" && address.Password is not null ? StoreFailures.WrongPassword : failure;
    }

    /// <summary>Closes the connection; <see cref="OpenAsync"/> opens a new one.</summary>
    public async Task CloseAsync()
    {
        if (Interlocked.Exchange(ref _multiplexer, null) is { } closed)
        {
            closed.ConnectionFailed -= OnFailed;
            // Without waiting for pending responses, which may never arrive.
            await closed.CloseAsync(allowCommandsToComplete: false).ConfigureAwait(false);
            closed.Dispose();
        }
    }

    public ValueTask DisposeAsync() => new(CloseAsync());

    private async Task ConnectAsync(ConfigurationOptions options)
    {
        ConnectionMultiplexer multiplexer = await ConnectionMultiplexer.ConnectAsync(options).ConfigureAwait(false);
        (_lastFailure, _isFailing) = (null, false);
        multiplexer.ConnectionFailed += OnFailed;
        _multiplexer = multiplexer;
        if (await WhyNotAsync(multiplexer).ConfigureAwait(false) is { } failure)
        {
            await CloseAsync().ConfigureAwait(false);
            throw new StoreException(failure);
        }
    }

    /// <summary>
    /// Null if connected, else the failure. The library gives no cause to the failed command, and may record it only shortly after.
    /// </summary>
    private async Task<StoreFailure?> WhyNotAsync(ConnectionMultiplexer multiplexer)
    {
        const int attempts = 10;
        for (int attempt = 1; !multiplexer.IsConnected; attempt++)
        {
            try
            {
                await multiplexer.GetDatabase().PingAsync().ConfigureAwait(false);
            }
            catch (Exception e) when (e is RedisException or TimeoutException)
            {
                if (e.InnerException is not null || _lastFailure is not null || attempt == attempts)
                {
                    return FailureOf(e);
                }
            }
            await Task.Delay(TimeSpan.FromMilliseconds(20)).ConfigureAwait(false);
        }
        return null;
    }

    /// <summary>Called on a thread of the library.</summary>
    private void OnFailed(object? sender, ConnectionFailedEventArgs e) => (_lastFailure, _isFailing) = (e.Exception, true);
}

using Carousel.Core.Config;
using StackExchange.Redis;

namespace Carousel.Control.Store;

/// <summary>
/// The one connection (one to each server of a cluster) that we have to the store. A failed one is thrown away with all that waits in it, and made
/// anew: so nothing heaps up in it, and roles, passwords and addresses are asked again. One thread at a time.
/// </summary>
internal sealed class RedisConnection(StoreAddress address) : IAsyncDisposable
{
    private ConnectionMultiplexer? _multiplexer;
    private ServerAddress? _primary;
    private volatile Exception? _lastFailure;
    private volatile bool _isFailing;

    /// <summary>True if a connection broke since the last call.</summary>
    public bool TakeFailing()
    {
        bool isFailing = _isFailing;
        _isFailing = false;
        return isFailing;
    }

    /// <summary>The connected database.</summary>
    /// <exception cref="StoreException">It can't be connected to now.</exception>
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

    /// <summary>The servers that have keys of their own, to look through them.</summary>
    public IEnumerable<IServer> Primaries =>
        _multiplexer?.GetServers().Where(server => server is { IsConnected: true, IsReplica: false }) ?? [];

    /// <summary>
    /// Asks the sentinels whether the primary is still the one that we are connected to; if not, the next <see cref="OpenAsync"/> follows. That they
    /// don't answer is no reason to leave a primary that does.
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

    /// <summary>What a command failed with, told apart.</summary>
    public StoreFailure FailureOf(Exception error)
    {
        StoreFailure failure = StoreFailures.Of(error, _lastFailure);
        // The library goes on after a refused password, and reports what comes of that.
        return failure.Kind == "NOAUTH" && address.Password is not null ? StoreFailures.WrongPassword : failure;
    }

    /// <summary>Closes it; <see cref="OpenAsync"/> makes another.</summary>
    public async Task CloseAsync()
    {
        if (Interlocked.Exchange(ref _multiplexer, null) is { } closed)
        {
            closed.ConnectionFailed -= OnFailed;
            // Not waiting for answers that may never come.
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
    /// Null if it is connected. The library tells why not to who asks the server something, but may know it a moment later only.
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

    /// <summary>On a thread of the library's.</summary>
    private void OnFailed(object? sender, ConnectionFailedEventArgs e) => (_lastFailure, _isFailing) = (e.Exception, true);
}

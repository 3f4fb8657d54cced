using System.Net;
using Carousel.Core.Config;
using StackExchange.Redis;

namespace Carousel.Control.Store;

/// <summary>
/// Asks sentinels for the primary. The client library could follow it by itself, but blocks threads for that and gives up if no sentinel answers at
/// the start; a question each time that we connect is all it takes.
/// </summary>
internal static class SentinelQuery
{
    /// <summary>What the first sentinel that knows says.</summary>
    /// <exception cref="StoreException">None of them can be asked, or none knows the name.</exception>
    public static async Task<ServerAddress> PrimaryAsync(StoreAddress address)
    {
        StoreFailure? failure = null;
        foreach (ServerAddress sentinel in address.Hosts)
        {
            try
            {
                if (await AskAsync(address, sentinel).ConfigureAwait(false) is { } primary)
                {
                    return primary;
                }
                failure = StoreFailures.Unreachable($"the sentinels know no {address.ServiceName}");
            }
            catch (RedisException e)
            {
                StoreFailure asked = StoreFailures.Of(e);
                failure ??= asked with { Text = $"sentinel {sentinel}: {asked.Text}" };
            }
        }
        throw new StoreException(failure!);
    }

    private static async Task<ServerAddress?> AskAsync(StoreAddress address, ServerAddress sentinel)
    {
        ConfigurationOptions options = RedisSettings.For(address, [sentinel]);
        // Sentinels mostly have no password; a user and a database they never have.
        (options.User, options.Password, options.DefaultDatabase) = (null, null, null);
        options.CommandMap = CommandMap.Sentinel;
        await using ConnectionMultiplexer asked = await ConnectionMultiplexer.ConnectAsync(options).ConfigureAwait(false);
        EndPoint? primary = await asked.GetServers()[0].SentinelGetMasterAddressByNameAsync(address.ServiceName!).ConfigureAwait(false);
        return primary switch
        {
            IPEndPoint ip => new ServerAddress(ip.Address.ToString(), ip.Port),
            DnsEndPoint name => new ServerAddress(name.Host, name.Port),
            _ => null,
        };
    }
}

using System.Net;
using Carousel.Core.Config;
using StackExchange.Redis;

namespace Carousel.Control.Store.Client;

/// <summary>
/// Queries sentinels for the primary. The client library's own sentinel support blocks threads and gives up if no sentinel responds at startup;
/// one query per connect is enough.
/// </summary>
internal static class SentinelQuery
{
    /// <summary>Returns the response of the first sentinel that knows the primary.</summary>
    /// <exception cref="StoreException">No sentinel can be reached, or none knows the name.</exception>
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
                failure = StoreFailures.Unreachable($"the sentinels do not know {address.ServiceName}");
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
        // Sentinels usually have no password, and never a user or a database.
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

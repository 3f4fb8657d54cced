using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Carousel.Control.Files;
using Carousel.Core.Config;
using StackExchange.Redis;

namespace Carousel.Control.Store.Client;

/// <summary>Configuration of the client library.</summary>
internal static class RedisSettings
{
    /// <summary>Limit for connecting, with TLS and login.</summary>
    private const int ConnectMilliseconds = 2000;

    /// <summary>Limit for a response, including a batch's: an unresponsive server must be detected and bypassed quickly.</summary>
    private const int ResponseMilliseconds = 1500;

    /// <summary>Pub/sub is not used. Without these commands the library opens one connection per server instead of two.</summary>
    private static readonly HashSet<string> s_unused = ["SUBSCRIBE", "UNSUBSCRIBE", "PSUBSCRIBE", "PUNSUBSCRIBE"];

    /// <param name="address">The store.</param>
    /// <param name="hosts">Servers to connect to: those of the address, or the primary that a sentinel named.</param>
    /// <exception cref="StoreException">The CA file can't be read.</exception>
    public static ConfigurationOptions For(StoreAddress address, IEnumerable<ServerAddress> hosts)
    {
        var options = new ConfigurationOptions
        {
            // Otherwise a failed connect throws without a cause.
            AbortOnConnectFail = false,
            ConnectRetry = 1,
            ConnectTimeout = ConnectMilliseconds,
            AsyncTimeout = ResponseMilliseconds,
            SyncTimeout = ResponseMilliseconds,
            BacklogPolicy = BacklogPolicy.FailFast,
            HeartbeatInterval = TimeSpan.FromMilliseconds(500),
            KeepAlive = 5,
            CommandMap = CommandMap.Create(s_unused, available: false),
            ConfigurationChannel = "",
            TieBreaker = "",
            SetClientLibrary = false,
            IncludeDetailInExceptions = false,
            ClientName = "carousel",
            User = address.User,
            Password = address.Password,
            DefaultDatabase = address.Database,
            Ssl = address.UsesTls,
        };
        foreach (ServerAddress host in hosts)
        {
            options.EndPoints.Add(host.Host, host.Port);
        }
        if (address.IsInsecure)
        {
            options.CertificateValidation += (_, _, _, _) => true;
        }
        else if (address.CaFile is not null)
        {
            options.CertificateValidation += TrustOnly(ReadCertificates(address.CaFile));
        }
        return options;
    }

    /// <summary>Trusts only certificates signed by these authorities; the name must match as well.</summary>
    private static RemoteCertificateValidationCallback TrustOnly(X509Certificate2Collection authorities) => (_, certificate, presented, errors) =>
    {
        if (certificate is null || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != 0)
        {
            return false;
        }
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new System.Security.Cryptography.Oid("1.3.6.1.5.5.7.3.1"));
        foreach (X509ChainElement element in presented?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
        {
            chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        }
        return chain.Build(new X509Certificate2(certificate));
    };

    private static X509Certificate2Collection ReadCertificates(string path)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(RegularFile.ReadText(path, RegularFile.MaxCertificates));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
        {
            throw new StoreException(StoreFailures.Unreachable($"ca={path} can't be read: {e.Message}"));
        }
        return certificates.Count != 0 ? certificates : throw new StoreException(StoreFailures.Unreachable($"ca={path} has no certificate (PEM)"));
    }
}

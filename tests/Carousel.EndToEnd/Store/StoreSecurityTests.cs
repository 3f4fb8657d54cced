using System.Globalization;
using Carousel.Control.Store.Client;
using Carousel.Core.Sessions;
using Carousel.EndToEnd.Harness;
using Xunit;

namespace Carousel.EndToEnd.Store;

/// <summary>Passwords and TLS.</summary>
public class StoreSecurityTests
{
    [Fact]
    public async Task Password_Right_IsUsed()
    {
        await using RedisServer redis = await StartAsync("s3cret/");
        await using var user = StoreUser.Start($"redis://:s3cret%2F@127.0.0.1:{redis.Port}");

        user.Record(new SessionId(1, 1));
        await user.WrittenAsync(1);

        Assert.DoesNotContain("s3cret", Assert.Single(user.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Password_WrongThenRight_UpdatesAreWritten()
    {
        await using RedisServer redis = await StartAsync("another");
        await using var user = StoreUser.Start($"redis://:s3cret@127.0.0.1:{redis.Port}");
        user.Record(new SessionId(1, 2));
        await user.StateAsync(StoreState.Refusing);

        await redis.CliAsync("config", "set", "requirepass", "s3cret");
        redis.CliOptions = ["-a", "s3cret"];
        await user.WrittenAsync(1);

        Assert.Equal("1", (await redis.HashAsync(StoreUser.Key(new SessionId(1, 2))))["requests"]);
        Assert.Contains("WRONGPASS", user.Lines[0], StringComparison.Ordinal);
        Assert.Equal(2, user.Lines.Length);
        Assert.DoesNotContain(user.Lines, line => line.Contains("s3cret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Password_Missing_NamesTheFlag()
    {
        await using RedisServer redis = await StartAsync("s3cret");
        await using var user = StoreUser.Start(redis.Url);

        await user.StateAsync(StoreState.Refusing);

        Assert.Contains("NOAUTH: authentication required: set --store-password-file or CAROUSEL_STORE_PASSWORD", user.Lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Password_ChangedAtRuntime_IsNoticedAtTheNextConnection()
    {
        await using RedisServer redis = await StartAsync("s3cret");
        await using var user = StoreUser.Start($"redis://:s3cret@127.0.0.1:{redis.Port}");
        await user.StateAsync(StoreState.Connected);

        await redis.CliAsync("config", "set", "requirepass", "another");
        redis.CliOptions = ["-a", "another"];
        await redis.CliAsync("client", "kill", "type", "normal", "skipme", "yes");
        await user.StateAsync(StoreState.Refusing);
        await redis.CliAsync("config", "set", "requirepass", "s3cret");
        await user.StateAsync(StoreState.Connected);

        Assert.Equal(3, user.Lines.Length);
    }

    [Fact]
    public async Task Tls_WithItsAuthority_IsTrusted()
    {
        using var certificate = new TestCertificate();
        await using RedisServer redis = await StartTlsAsync(certificate);
        await using var user = StoreUser.Start($"rediss://127.0.0.1:{redis.Port}?ca={certificate.AuthorityFile}");

        user.Record(new SessionId(2, 1));
        await user.WrittenAsync(1);

        Assert.Equal("1", (await redis.HashAsync(StoreUser.Key(new SessionId(2, 1))))["requests"]);
    }

    [Theory]
    [InlineData("", StoreState.Unreachable)]
    [InlineData("?insecure=1", StoreState.Connected)]
    public async Task Tls_WithoutItsAuthority_IsNotTrustedUnlessConfigured(string query, StoreState state)
    {
        using var certificate = new TestCertificate();
        await using RedisServer redis = await StartTlsAsync(certificate);
        await using var user = StoreUser.Start($"rediss://127.0.0.1:{redis.Port}{query}");

        await user.StateAsync(state);

        Assert.Contains(state == StoreState.Unreachable ? "unreachable (TLS: " : "sessions: shared, ", user.Lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tls_WithAnotherAuthority_IsNotTrusted()
    {
        using var certificate = new TestCertificate();
        using var other = new TestCertificate();
        await using RedisServer redis = await StartTlsAsync(certificate);
        await using var user = StoreUser.Start($"rediss://127.0.0.1:{redis.Port}?ca={other.AuthorityFile}");

        await user.StateAsync(StoreState.Unreachable);

        Assert.Contains("unreachable (TLS: ", user.Lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tls_AuthorityFileMissing_NamesIt()
    {
        await using var user = StoreUser.Start("rediss://127.0.0.1:9?ca=/nowhere/ca.pem");

        await user.StateAsync(StoreState.Unreachable);

        Assert.Contains("ca=/nowhere/ca.pem can't be read", user.Lines[0], StringComparison.Ordinal);
    }

    private static async Task<RedisServer> StartAsync(string password)
    {
        RedisServer redis = await RedisServer.StartAsync("--requirepass", password);
        redis.CliOptions = ["-a", password];
        return redis;
    }

    private static async Task<RedisServer> StartTlsAsync(TestCertificate certificate)
    {
        int port = FixedPort.Next();
        var redis = RedisServer.StartUnasked(port, "--port", "0", "--tls-port", port.ToString(CultureInfo.InvariantCulture), "--tls-auth-clients", "no",
            "--tls-cert-file", certificate.CertificateFile, "--tls-key-file", certificate.KeyFile, "--tls-ca-cert-file", certificate.AuthorityFile);
        redis.CliOptions = ["--tls", "--cacert", certificate.AuthorityFile];
        await redis.RespondsAsync();
        return redis;
    }
}

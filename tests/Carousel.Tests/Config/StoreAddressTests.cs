using Carousel.Core.Config;
using Xunit;

namespace Carousel.Tests.Config;

public class StoreAddressTests
{
    [Theory]
    [InlineData("auto", StoreKind.Auto, "localhost:6379")]
    [InlineData("none", StoreKind.None, "none")]
    [InlineData("embedded", StoreKind.Embedded, "embedded:6379")]
    [InlineData("embedded:6380", StoreKind.Embedded, "embedded:6380")]
    [InlineData("redis://Host", StoreKind.Redis, "redis://host:6379")]
    [InlineData("redis://10.0.0.1:7000/", StoreKind.Redis, "redis://10.0.0.1:7000")]
    [InlineData("REDISS://host", StoreKind.Redis, "rediss://host:6379")]
    [InlineData("redis://[::1]:7000/3", StoreKind.Redis, "redis://[::1]:7000/3")]
    [InlineData("redis://a,b:7000,[fd00::1],a:6379", StoreKind.Redis, "redis://a:6379,b:7000,[fd00::1]:6379")]
    [InlineData("redis://a,b?serviceName=my%20master", StoreKind.Redis, "redis://a:26379,b:26379?serviceName=my master")]
    [InlineData("redis://ann:secret@host", StoreKind.Redis, "redis://host:6379")]
    [InlineData("rediss://host?insecure=1", StoreKind.Redis, "rediss://host:6379")]
    public void TryParse_ValidAddress_IsParsed(string text, StoreKind kind, string shown)
    {
        Assert.True(StoreAddress.TryParse(text, out StoreAddress address, out string error), error);

        Assert.Equal(kind, address.Kind);
        Assert.Equal(shown, address.ToString());
    }

    [Theory]
    [InlineData("redis://:secret@host", null, "secret")]
    [InlineData("redis://ann:secret@host", "ann", "secret")]
    [InlineData("redis://ann:@host", "ann", null)]
    [InlineData("redis://a%3Ann:%40%2f%25%C3%A9:x@host/0?serviceName=m", "a:nn", "@/%\u00e9:x")]
    public void TryParse_Login_IsDecodedAndNeverPrinted(string text, string? user, string? password)
    {
        Assert.True(StoreAddress.TryParse(text, out StoreAddress address, out string error), error);

        Assert.Equal(user, address.User);
        Assert.Equal(password, address.Password);
        Assert.DoesNotContain("secret", $"{address}", StringComparison.Ordinal);
    }

    [Fact]
    public void TryParse_Options_AreSet()
    {
        Assert.True(StoreAddress.TryParse("rediss://host:1/2?ca=%2Fetc/ca.pem&insecure=1", out StoreAddress address, out _));

        Assert.Equal("/etc/ca.pem", address.CaFile);
        Assert.True(address.IsInsecure);
        Assert.True(address.UsesTls);
        Assert.Equal(2, address.Database);
    }

    [Theory]
    [InlineData("", "expected redis://host:port, rediss://host:port, embedded, none or auto, found \"\"")]
    [InlineData("embeded", "did you mean \"embedded\"?")]
    [InlineData("host:6379", "expected redis://host:port")]
    [InlineData("http://host", "expected redis:// or, with TLS, rediss://, found \"http://\"")]
    [InlineData("redis://", "expected a host: a name, an IPv4 address, or an IPv6 address in brackets")]
    [InlineData("redis://a,,b", "expected a host")]
    [InlineData("redis://host:0", "expected a port between 1 and 65535, found \"0\"")]
    [InlineData("redis://host:port", "expected a port between 1 and 65535, found \"port\"")]
    [InlineData("embedded:", "expected a port between 1 and 65535, found \"\"")]
    [InlineData("redis://::1:6379", "put an IPv6 address in brackets, as in redis://[::1]:6379")]
    [InlineData("redis://host/x", "expected the number of a database after the \"/\", such as redis://host:6379/0, found \"x\"")]
    [InlineData("redis://host/0/1", "expected the number of a database")]
    [InlineData("redis://host?servicename=x", "did you mean serviceName?")]
    [InlineData("redis://host?serviceName=", "serviceName needs a value")]
    [InlineData("redis://host?ca=x", "ca applies to TLS only: write rediss:// instead of redis://")]
    [InlineData("rediss://host?insecure=yes", "the only value of insecure is 1: write insecure=1")]
    [InlineData("redis://host?timeout=1", "serviceName=NAME, ca=FILE and insecure=1 are known")]
    public void TryParse_InvalidAddress_ReportsErrorAndFix(string text, string part)
    {
        Assert.False(StoreAddress.TryParse(text, out _, out string error));

        Assert.Contains(part, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("redis://:pwx/yz@host")]
    [InlineData("redis://:pwx?yz@host")]
    [InlineData("redis://:pwx@yz@host")]
    [InlineData("redis://pwxyz@host")]
    [InlineData("redis://:pwxyz%2@host")]
    [InlineData("redis://:pwxyz%zz@host")]
    [InlineData("redis://:pwxyz@host:x")]
    [InlineData("redis://:pwxyz@host?nonsense=1")]
    [InlineData("redis:pwxyz@host")]
    [InlineData(":pwxyz@host")]
    public void TryParse_InvalidAddressWithPassword_DoesNotPrintIt(string text)
    {
        Assert.False(StoreAddress.TryParse(text, out _, out string error));

        Assert.DoesNotContain("pwx", error, StringComparison.Ordinal);
        Assert.DoesNotContain("yz", error, StringComparison.Ordinal);
    }
}

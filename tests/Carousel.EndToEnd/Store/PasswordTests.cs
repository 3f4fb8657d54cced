using Xunit;

namespace Carousel.EndToEnd.Store;

public class PasswordTests
{
    [Fact]
    public async Task Password_FromTheEnvironment_IsRequired()
    {
        await using var store = await RunningStore.StartAsync("secret", []);
        using RespClient client = await store.ConnectAsync();
        Assert.StartsWith("-NOAUTH", client.Execute("GET", "a"));
        Assert.StartsWith("-WRONGPASS", client.Execute("AUTH", "wrong"));
        Assert.Equal("OK", client.Execute("AUTH", "secret"));
        Assert.Equal("(nil)", client.Execute("GET", "a"));
    }

    [Fact]
    public async Task Password_FromAFile_OverridesTheEnvironment()
    {
        using var scratch = new Scratch();
        string file = Path.Combine(scratch.Path, "password");
        await File.WriteAllTextAsync(file, "of the file\n", TestContext.Current.CancellationToken);
        await using var store = await RunningStore.StartAsync("secret", ["--password-file", file]);
        using RespClient client = await store.ConnectAsync();
        Assert.Equal("OK", client.Execute("AUTH", "of the file"));
    }
}

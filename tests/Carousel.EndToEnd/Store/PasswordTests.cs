using Xunit;

namespace Carousel.EndToEnd.Store;

public class PasswordTests
{
    [Fact]
    public async Task Password_FromTheEnvironment_IsAskedFor()
    {
        await using var store = await RunningStore.StartAsync("secret", []);
        using RespClient client = await store.ConnectAsync();
        Assert.StartsWith("-NOAUTH", client.Ask("GET", "a"));
        Assert.StartsWith("-WRONGPASS", client.Ask("AUTH", "wrong"));
        Assert.Equal("OK", client.Ask("AUTH", "secret"));
        Assert.Equal("(nil)", client.Ask("GET", "a"));
    }

    [Fact]
    public async Task Password_FromAFile_GoesBeforeTheEnvironment()
    {
        using var scratch = new Scratch();
        string file = Path.Combine(scratch.Path, "password");
        await File.WriteAllTextAsync(file, "of the file\n", TestContext.Current.CancellationToken);
        await using var store = await RunningStore.StartAsync("secret", ["--password-file", file]);
        using RespClient client = await store.ConnectAsync();
        Assert.Equal("OK", client.Ask("AUTH", "of the file"));
    }
}

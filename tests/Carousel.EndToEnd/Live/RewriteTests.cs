using Carousel.EndToEnd.Harness;
using Carousel.EndToEnd.Health;
using Xunit;

namespace Carousel.EndToEnd.Live;

/// <summary>Repeated rewrites of servers.txt under load.</summary>
public class RewriteTests
{
    private const int Times = 50;

    [Fact]
    public async Task File_RewrittenFiftyTimes_NoRequestFails()
    {
        string[] names = ["one", "two", "three", "four"];
        ScriptedServer[] servers = [.. names.Select(name => ScriptedServer.Responding(name))];
        await using var balancer = await Probed.StartAsync(servers, "--workers", "2");
        await balancer.UntilRotationAsync(names);
        using var load = new Load(balancer, clients: 4);
        for (int i = 0; i < Times; i++)
        {
            int before = balancer.Reloads();
            string[] lines = Lines(servers, i);
            Action<string[]> write = (i % 3) switch { 0 => balancer.File.Write, 1 => balancer.File.Replace, _ => balancer.File.Exchange };
            write(lines);
            await load.UntilAsync(() => balancer.Reloads() > before, $"rewriting {i} to be noticed: {string.Join("; ", lines)}");
        }
        await load.EndAsync();
        Assert.DoesNotContain(" error ", balancer.Errors);
        Assert.All(names, name => Assert.NotEqual(0, load.Responds(name)));
        foreach (ScriptedServer server in servers)
        {
            await server.DisposeAsync();
        }
    }

    /// <summary>Some of the servers, at least one of them up, with different options each time; every seventh time all are replaced.</summary>
    private static string[] Lines(ScriptedServer[] servers, int i)
    {
        string[] options = ["", " weight=3", " backup", " drain", " max=1000", " weight=0"];
        if (i % 7 == 0)
        {
            return [.. servers.Where((_, server) => server % 2 == i / 7 % 2).Select(server => server.Url)];
        }
        string always = $"{servers[i % 4].Url} name=v{i}";
        return [always, .. Enumerable.Range(1, i % 4).Select(next => servers[(i + next) % 4].Url + options[(i + next) % options.Length])];
    }
}

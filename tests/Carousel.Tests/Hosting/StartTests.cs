using System.Net;
using Carousel.Commands;
using Carousel.Control.Admin;
using Carousel.Control.Discovery;
using Carousel.Control.Probes;
using Carousel.Core.Config;
using Carousel.Core.Pools;
using Carousel.Engine;
using Carousel.Engine.Proxy;
using Carousel.Engine.Reactor;
using Carousel.Hosting;
using Carousel.Platform;
using Carousel.Tests.Harness;
using Xunit;

namespace Carousel.Tests.Hosting;

public class StartTests
{
    [Fact]
    public void Banner_AllAddresses_IsFourLines() => Assert.Equal(
        """
        carousel 0.1.0 listening on http://localhost:7777 (all addresses), 2 workers
        balancing 2 servers: http://127.0.0.1:8000, http://[::1]:80
        dashboard: http://127.0.0.1:7778/
        Ctrl-C drains and stops

        """,
        Banner.Text([], 7777, 2, Pool("127.0.0.1:8000\n[::1]"), "http://127.0.0.1:7778/"));

    [Fact]
    public void Banner_ManyServersSomeDown_IsShort()
    {
        string text = Banner.Text([IPAddress.Loopback, IPAddress.IPv6Loopback], 80, 1, Pool("10.0.0.1\n10.0.0.2\n10.0.0.3\n10.0.0.4\n10.0.0.5\nweb"), dashboard: null);

        Assert.Contains("listening on http://127.0.0.1:80, http://[::1]:80, 1 worker\n", text);
        Assert.Contains("balancing 6 servers: http://10.0.0.1:80, ", text);
        Assert.Contains(", http://10.0.0.5:80 and 1 more\n", text);
        Assert.Contains("1 server down, the name does not resolve: http://web:80\n", text);
        Assert.DoesNotContain("dashboard", text);
    }

    [Theory]
    [InlineData("127.0.0.1", "http://127.0.0.1:80")]
    [InlineData("192.0.2.1", "http://192.0.2.1:80")]
    [InlineData("::1", "http://[::1]:80")]
    [InlineData("0.0.0.0", "http://localhost:80 (all IPv4 addresses)")]
    [InlineData("::ffff:0.0.0.0", "http://localhost:80 (all IPv4 addresses)")]
    [InlineData("::", "http://localhost:80 (all addresses)")]
    public void Banner_Address_IsAReachableUrl(string bind, string expected)
    {
        string text = Banner.Text([IPAddress.Parse(bind)], 80, 1, Pool("10.0.0.1"), Link.Of(new IPEndPoint(IPAddress.Parse(bind), 81)));

        Assert.Contains($"listening on {expected}, 1 worker\n", text);
        Assert.Contains($"dashboard: {expected.Split(' ')[0].Replace(":80", ":81")}\n", text);
    }

    [Fact]
    public void Check_Table_HasTheServers()
    {
        var servers = TestPool.Servers(ServersParser.Parse("localhost:8000 name=blue weight=3 max=200\n[::1] backup drain").Servers);

        Assert.Equal(
            $"""
            servers.txt: 2 servers
            name      address                weight  max  options       id
            blue      http://localhost:8000  3       200  -             {servers[0].Id}
            [::1]:80  http://[::1]:80        1       -    backup drain  {servers[1].Id}

            """,
            CheckCommand.Table("servers.txt", servers));
    }

    [Theory]
    [InlineData(20_000UL, 2, null, 14_691)]
    [InlineData(1_073_741_816UL, 2, null, 65_536)]
    [InlineData(ulong.MaxValue, 2, 1_000_000, 1_000_000)]
    [InlineData(423UL, 2, null, 8)]
    [InlineData(1024UL, 1, null, 498)]
    [InlineData(1024UL, 1, 498, 498)]
    public void Descriptors_Enough_GiveConnections(ulong descriptors, int workers, int? wanted, int expected)
    {
        Assert.Equal(expected, DescriptorBudget.Connections(descriptors, workers, wanted, out string? error));
        Assert.Null(error);
    }

    [Theory]
    [InlineData(422UL, 2, null,
        "too few file descriptors: 422 allowed, at least 423 needed: raise the hard limit (ulimit -Hn 423, or LimitNOFILE=423 in a systemd unit)")]
    [InlineData(1024UL, 1, 500,
        "--max-connections 500 needs 1026 file descriptors, 1024 allowed: lower it, or raise the hard limit "
        + "(ulimit -Hn 1026, or LimitNOFILE=1026 in a systemd unit)")]
    public void Descriptors_TooFew_IsAnErrorWithTheNeed(ulong descriptors, int workers, int? wanted, string expected)
    {
        Assert.Null(DescriptorBudget.Connections(descriptors, workers, wanted, out string? error));
        Assert.Equal(expected, error);
    }

    /// <summary>The reserve covers everything that can be opened: a change of one of these limits must change the budget.</summary>
    [Fact]
    public void Descriptors_Reserve_CoversEveryLimit()
    {
        Assert.Equal(DescriptorBudget.Probes, HealthMonitor.MaxAtOnce + HealthMonitor.MaxOfDownAtOnce);
        Assert.Equal(DescriptorBudget.Lookups, NameResolver.MaxAtOnce);
        Assert.Equal(DescriptorBudget.Admin, 1 + AdminConnections.Most + 1);
        Assert.Equal(2 + SplicePipe.Descriptors + Worker.MaxRejected + WorkerGroup.MaxHandoversPerWorker + 1, ProxyEngine.DescriptorsPerWorker);
    }

    [Theory]
    [InlineData(1024UL, 1)]
    [InlineData(65_536UL, 64)]
    public void Descriptors_ReserveClientsAndServers_AreTheLimit(ulong descriptors, int workers)
    {
        int sockets = DescriptorBudget.Sockets(descriptors, workers);
        int clients = DescriptorBudget.Connections(descriptors, workers, wanted: null, out _)!.Value;
        Assert.Equal(descriptors, DescriptorBudget.Reserve(workers) + (ulong)sockets);
        Assert.InRange(clients, sockets * 3 / 4 - 1, sockets * 3 / 4);
    }

    [Fact]
    public void DescriptorLimit_Raised_IsTheHardLimit()
    {
        ulong raised = DescriptorLimit.Raise();

        string line = File.ReadAllLines("/proc/self/limits").Single(line => line.StartsWith("Max open files"));
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal([raised, raised], words[3..5].Select(ulong.Parse));
    }

    [Fact]
    public void Signals_FirstDrainsSecondStops_OthersDoNothing()
    {
        var calls = new List<string>();
        using var signals = new Signals(() => calls.Add("drain"), () => calls.Add("stop"), () => calls.Add("reload"), () => calls.Add("reopen"));

        signals.Receive();
        Assert.Equal(["drain"], calls);
        signals.Receive();
        signals.Receive();
        Assert.Equal(["drain", "stop"], calls);
    }

    private static PoolSnapshot Pool(string text) => PoolBuilder.Build(TestPool.Servers(ServersParser.Parse(text).Servers));
}

using System.Collections.Immutable;
using Carousel.Core.Config;
using Carousel.Core.Events;
using Carousel.Core.Health;
using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Carousel.Core.Sessions;

namespace Carousel.Tests.Harness;

/// <summary>Pools for tests.</summary>
internal static class TestPool
{
    /// <summary>Not probed, without slow start.</summary>
    public static PoolOptions Options { get; } = new() { Health = new HealthOptions { IsOn = false }, SlowStart = TimeSpan.Zero };

    /// <summary>Probed, without slow start.</summary>
    public static PoolOptions Probed { get; } = new() { SlowStart = TimeSpan.Zero };

    /// <summary>A pool of its own, with these servers.</summary>
    public static Pool Of(PoolSnapshot first, PoolOptions? options = null, TimeProvider? time = null, FailureLog? log = null, SessionChannel? sessions = null) =>
        new(first, options ?? Options, Without(first.Servers), log ?? new FailureLog(), time ?? TimeProvider.System) { Sessions = sessions };

    /// <summary>A pool of the servers of these lines; unless probed, those with an address are in rotation.</summary>
    public static Pool Of(string lines, PoolOptions? options = null, TimeProvider? time = null)
    {
        options ??= Options;
        return Of(PoolBuilder.Build(Servers(ServersParser.Parse(lines).Servers), options.Health.IsOn), options, time);
    }

    public static ImmutableArray<Server> Servers(IReadOnlyList<ServerEntry> entries) => PoolBuilder.Servers(entries, new SlotAllocator());

    /// <summary>The slots of these servers are taken.</summary>
    private static SlotAllocator Without(ImmutableArray<Server> servers)
    {
        var slots = new SlotAllocator();
        int count = servers.Select(server => server.Slot + 1).DefaultIfEmpty().Max();
        int[] all = [.. Enumerable.Range(0, count).Select(_ => slots.Take())];
        foreach (int free in all.Except(servers.Select(server => server.Slot)))
        {
            slots.Free(free);
        }
        return slots;
    }
}

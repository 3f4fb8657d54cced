using Carousel.Bench.Processes;

namespace Carousel.Bench.Servers;

/// <summary>The servers behind one peer in one run, fresh for each, so that none finds what another left.</summary>
internal sealed class Fleet : IDisposable
{
    private Fleet(PoolServer[] servers) => Servers = servers;

    public IReadOnlyList<PoolServer> Servers { get; }

    public int[] Ports => [.. Servers.Select(server => server.Port)];

    /// <summary>Starts a server for each kind of work.</summary>
    public static async Task<Fleet> StartAsync(string program, string folder, Ports ports, IEnumerable<ServerWork> works, CancellationToken stop)
    {
        var fleet = new Fleet([.. works.Select(work => new PoolServer(program, ports.Next(), folder, work))]);
        try
        {
            foreach (var server in fleet.Servers)
            {
                server.Start();
            }

            foreach (var server in fleet.Servers)
            {
                await server.WaitAsync(stop);
            }

            return fleet;
        }
        catch
        {
            fleet.Dispose();
            throw;
        }
    }

    /// <summary>Whether all still run that weren't killed on purpose.</summary>
    /// <exception cref="BenchException">One doesn't.</exception>
    public void MustRun()
    {
        foreach (var server in Servers)
        {
            server.MustRun();
        }
    }

    public void Dispose()
    {
        foreach (var server in Servers)
        {
            server.Dispose();
        }
    }
}

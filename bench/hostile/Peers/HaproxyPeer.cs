using Carousel.Load;
using Carousel.Load.Machine;
using Carousel.Load.Peers;
using Carousel.Load.Processes;

namespace Carousel.Hostile.Peers;

/// <summary>HAProxy, one thread.</summary>
internal sealed class HaproxyPeer : Peer
{
    private const int Connections = 2_000;

    public override string Name => "haproxy";

    public override IEnumerable<(string, string)> Needs => [("haproxy", "haproxy")];

    private static string Program => Requirements.FindProgram("haproxy") ?? throw new LoadException("haproxy isn't installed");

    public override async Task<string> PrepareAsync(Publisher publisher, string folder, CancellationToken stop) =>
        string.Join(' ', (await Command.RunAsync(Program, ["-v"], stop)).Split(' ').Take(3)).Replace(" version", "");

    public override string[] Configure(string folder, int port, Setup setup)
    {
        string file = Path.Combine(folder, "haproxy.cfg");
        File.WriteAllText(file, Configuration(port, setup));

        // In the foreground, and one process without a master.
        return [Program, "-db", "-f", file];
    }

    private static string Configuration(int port, Setup setup)
    {
        string options = (setup.PerServer == 0 ? "" : $" maxconn {setup.PerServer}") + (setup.ChecksServers ? " check" : "");
        // With few descriptors it is to find out for itself how many connections they are good for.
        string connections = setup.Connections > 0 ? $"maxconn {setup.Connections}" : setup.Descriptors > 0 ? "" : $"maxconn {Connections}\n    maxpipes 256";
        // A body first, as far as its buffer goes, where servers take few requests.
        string bodyFirst = setup.PerServer > 0 ? "option http-buffer-request" : "";
        return $"""
            global
                nbthread 1
                {connections}
                {(setup.StandardError is null ? "" : "log stderr format raw local0")}

            defaults
                mode http
                log global
                option dontlog-normal
                timeout connect 2s
                timeout client 60s
                timeout server 60s
                timeout queue 5s
                timeout http-request 10s
                timeout http-keep-alive 75s
                http-reuse always
                option splice-auto
                option redispatch 1
                {bodyFirst}

            frontend clients
                bind 127.0.0.1:{port} backlog 4096
                default_backend servers

            backend servers
                balance roundrobin
            {string.Join('\n', setup.Servers.Select((server, i) => $"    server s{i + 1} 127.0.0.1:{server}{options}"))}

            """;
    }
}

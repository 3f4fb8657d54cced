using Carousel.Load.Machine;
using Carousel.Load.Processes;

namespace Carousel.Load.Peers;

/// <summary>HAProxy, one thread, tuned as its documentation advises for HTTP.</summary>
internal class HaproxyPeer : Peer
{
    public override string Name => "haproxy";

    public override IEnumerable<(string, string)> Needs => [("haproxy", "haproxy")];

    private static string Program => Requirements.FindProgram("haproxy") ?? throw new LoadException("haproxy isn't installed");

    public override async Task<string> VersionAsync(CancellationToken stop) =>
        string.Join(' ', (await Command.RunAsync(Program, ["-v"], stop)).Split(' ').Take(3)).Replace(" version", "");

    public override string[] Configure(Place place)
    {
        string file = Path.Combine(place.Folder, "haproxy.cfg");
        File.WriteAllText(file, Configuration(place));

        // In the foreground, and one process without a master.
        return [Program, "-db", "-f", file];
    }

    /// <summary>The line that makes it give cookies; none here.</summary>
    protected virtual string Cookie => "";

    /// <summary>What a server's line ends with, by its number.</summary>
    protected virtual string CookieOf(int server) => "";

    private string Configuration(Place place) => $"""
        global
            nbthread 1
            maxconn {MaxConnections}
            # For splicing below: plenty, where a quarter of maxconn would be more than the descriptors allow.
            maxpipes 256

        defaults
            mode http
            maxconn {MaxConnections}
            timeout connect 2s
            timeout client 75s
            timeout server 60s
            timeout http-keep-alive 75s
            # Any warm connection may carry any request, as with the other proxies.
            http-reuse always
            # Large bodies through pipes, when it judges that to be worth it.
            option splice-auto
            option forwardfor

        frontend clients
            bind 127.0.0.1:{place.Port} backlog 4096
            default_backend servers

        backend servers
            balance roundrobin
            {Cookie}
        {string.Join('\n', place.Servers.Select((port, i) => $"    server s{i + 1} 127.0.0.1:{port}{CookieOf(i + 1)}"))}

        """;
}

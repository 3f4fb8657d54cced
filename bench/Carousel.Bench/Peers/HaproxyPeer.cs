using System.Net.Sockets;
using System.Text;
using Carousel.Bench.Machine;
using Carousel.Bench.Processes;

namespace Carousel.Bench.Peers;

/// <summary>HAProxy, one thread, tuned as its documentation advises for HTTP. Its policy is what <c>balance</c> is followed by.</summary>
internal sealed class HaproxyPeer() : Peer("haproxy")
{
    public const string CookieName = "haproxy-cookie";
    private const string ConfigurationFile = "haproxy.cfg", ControlSocket = "control";
    private const int HostileConnections = 2_000;

    /// <summary>The nearest that it has to sessions; servers don't see it. "nocache" is the Cache-Control: private that Carousel sends, too.</summary>
    private const string Cookie = "cookie SRV insert indirect nocache httponly";

    public override IEnumerable<(string, string)> Needs => [("haproxy", "haproxy")];

    private static string Program => Requirements.MustFind("haproxy");

    public override async Task<string> VersionAsync(CancellationToken stop) =>
        string.Join(' ', (await Command.RunAsync(Program, ["-v"], stop)).Split(' ').Take(3)).Replace(" version", "");

    public override string[] Configure(Setup setup)
    {
        setup.Write(ConfigurationFile, Configuration(setup));

        // In the foreground, and one process without a master.
        return [Program, "-db", "-f", setup.File(ConfigurationFile)];
    }

    /// <summary>
    /// By its runtime socket, to its advantage: a deleted server drains, what an operator would do before a reload without it. That costs no new
    /// process, and it forgets nothing of the other servers.
    /// </summary>
    public override void Change(Setup setup, Child process, IReadOnlyList<int> servers)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = 2000 };
        socket.Connect(new UnixDomainSocketEndPoint(setup.File(ControlSocket)));
        var states = setup.Servers.Select(port => $"set server servers/s{port} state {(servers.Contains(port) ? "ready" : "drain")}");
        socket.Send(Encoding.ASCII.GetBytes(string.Join(';', states) + "\n"));

        // An empty line for each that is done; it closes when it has done all.
        using var reader = new StreamReader(new NetworkStream(socket));
        if (reader.ReadToEnd().Trim() is { Length: > 0 } error)
        {
            throw new BenchException($"haproxy doesn't change its servers: {error}");
        }
    }

    private string Configuration(Setup setup) => $"""
        global
            nbthread 1
        {Connections(setup)}
            {(setup.Detection is null ? "" : $"stats socket {setup.File(ControlSocket)} level admin")}
            {(setup.Hostile?.StandardError is null ? "" : "log stderr format raw local0")}

        defaults
            mode http
            timeout client 75s
            timeout http-keep-alive 75s
            # Any warm connection may carry any request, as with the other proxies.
            http-reuse always
            option forwardfor
        {Patience(setup)}

        frontend clients
            bind 127.0.0.1:{setup.Port} backlog 4096
            default_backend servers

        backend servers
            balance {Policy ?? "roundrobin"}
            {(KeepsSessions ? Cookie : "")}
        {(setup.Detection is null ? "" : Probes)}
        {string.Join('\n', setup.Servers.Select(port => $"    server s{port} 127.0.0.1:{port}{Server(setup, port)}"))}

        """;

    private static string Connections(Setup setup)
    {
        // Pipes for splicing: plenty, where a quarter of maxconn would be more than the descriptors allow.
        const string pipes = "    maxpipes 256";
        return setup.Hostile switch
        {
            null => $"    maxconn {MaxConnections}\n{pipes}",
            { Connections: > 0 and var most } => $"    maxconn {most}",
            // With few descriptors it is to find out for itself how many connections they are good for.
            { Descriptors: > 0 } => "",
            _ => $"    maxconn {HostileConnections}\n{pipes}",
        };
    }

    private static string Patience(Setup setup)
    {
        if (setup.Detection is { } detection)
        {
            // Less than a stopped server stops for, so that its requests go elsewhere; no site could make it much shorter.
            return $"    maxconn {MaxConnections}\n    timeout connect 500ms\n    timeout check 500ms\n    timeout server {detection.ResponseTimeout}s";
        }

        // Large bodies through pipes, when it judges that to be worth it.
        const string common = "    timeout connect 2s\n    timeout server 60s\n    option splice-auto";
        if (setup.Hostile is not { } hostile)
        {
            return $"    maxconn {MaxConnections}\n{common}";
        }

        // Receives the body first, up to the buffer's size, where servers take few requests.
        string bodyFirst = hostile.PerServer > 0 ? "option http-buffer-request" : "";
        return $"""
            {common}
                timeout queue 5s
                timeout http-request 10s
                log global
                option dontlog-normal
                option redispatch 1
                {bodyFirst}
            """;
    }

    /// <summary>Quick ones, and retries that also cover responses which don't come.</summary>
    private static string Probes => $"""
            option httpchk GET {DetectionSetup.HealthPath}
            default-server check inter 500ms fall 2 rise 2
            # Each retry at another server, not only the last.
            retries 3
            option redispatch 1
            retry-on conn-failure empty-response response-timeout
            # A server may have done the work of a POST already.
            http-request disable-l7-retry if METH_POST
        """;

    private string Server(Setup setup, int port)
    {
        string cookie = KeepsSessions ? $" cookie s{port}" : "";
        string limit = setup.Hostile is { PerServer: > 0 and var most } ? $" maxconn {most}" : "";
        string check = setup.Hostile is { ChecksServers: true } ? " check" : "";
        return cookie + limit + check + setup.WeightOf(port, "weight ");
    }
}

using System.Net.Sockets;
using System.Text;
using Carousel.Load;
using Carousel.Load.Machine;
using Carousel.Load.Processes;

namespace Carousel.Pool.Peers;

/// <summary>HAProxy, one thread, with quick probes and with retries that also cover answers which don't come.</summary>
/// <param name="policy">What <c>balance</c> is followed by.</param>
internal sealed class HaproxyPeer(string policy) : Peer("haproxy", policy)
{
    public override IEnumerable<(string, string)> Needs => [("haproxy", "haproxy")];

    private static string Program => Requirements.FindProgram("haproxy") ?? throw new LoadException("haproxy isn't installed");

    public override async Task<string> VersionAsync(CancellationToken stop) =>
        string.Join(' ', (await Command.RunAsync(Program, ["-v"], stop)).Split(' ').Take(3)).Replace(" version", "");

    public override string[] Configure(Place place)
    {
        place.Write("haproxy.cfg", Configuration(place));

        // In the foreground, and one process without a master.
        return [Program, "-db", "-f", place.File("haproxy.cfg")];
    }

    /// <summary>
    /// By its runtime socket, to its advantage: a deleted server drains, what an operator would do before a reload without it. That costs no new
    /// process, and it forgets nothing of the other servers.
    /// </summary>
    public override void Change(Place place, Child process, IReadOnlyList<int> servers)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = 2000 };
        socket.Connect(new UnixDomainSocketEndPoint(place.File("control")));
        var states = place.Servers.Select(port => $"set server servers/s{port} state {(servers.Contains(port) ? "ready" : "drain")}");
        socket.Send(Encoding.ASCII.GetBytes(string.Join(';', states) + "\n"));

        // An empty line for each that is done; it closes when it has done all.
        using var reader = new StreamReader(new NetworkStream(socket));
        if (reader.ReadToEnd().Trim() is { Length: > 0 } complaint)
        {
            throw new LoadException($"haproxy doesn't change its servers: {complaint}");
        }
    }

    private string Configuration(Place place) => $"""
        global
            nbthread 1
            maxconn {MaxConnections}
            maxpipes 256
            stats socket {place.File("control")} level admin

        defaults
            mode http
            maxconn {MaxConnections}
            timeout connect 500ms
            timeout client 75s
            timeout http-keep-alive 75s
            # Less than a stopped server stops for, so that its requests go elsewhere; no site could make it much shorter.
            timeout server {place.AnswerTimeout}s
            timeout check 500ms
            http-reuse always
            option forwardfor

        frontend clients
            bind 127.0.0.1:{place.Port} backlog 4096
            default_backend servers

        backend servers
            balance {Policy}
            option httpchk GET {HealthPath}
            default-server check inter 500ms fall 2 rise 2
            # Each retry at another server, not only the last.
            retries 3
            option redispatch 1
            retry-on conn-failure empty-response response-timeout
            # A server may have done the work of a POST already.
            http-request disable-l7-retry if METH_POST
        {string.Join('\n', place.Servers.Select(port => $"    server s{port} 127.0.0.1:{port}{place.WeightOf(port, "weight ")}"))}

        """;
}

using Carousel.Load.Peers;
using Carousel.Load.Processes;

namespace Carousel.Pool.Peers;

/// <summary>nginx, one worker. It has no probes: a server is found out by the requests that it fails.</summary>
/// <param name="policy">A directive of <c>upstream</c>, or round_robin for its default.</param>
internal sealed class NginxPeer(string policy) : Peer("nginx", policy)
{
    public override IEnumerable<(string, string)> Needs => [("nginx", "nginx")];

    public override async Task<string> VersionAsync(CancellationToken stop) =>
        (await Command.RunAsync(Nginx.Program, ["-v"], stop)).Trim().Replace("nginx version: nginx/", "nginx ");

    public override string[] Configure(Place place) => Nginx.Command(place.Folder, Configuration(place, place.Servers));

    /// <summary>What <c>nginx -s reload</c> does: new workers take over, the old ones finish what they have.</summary>
    public override void Change(Place place, Child process, IReadOnlyList<int> servers)
    {
        place.Write("nginx.conf", Configuration(place, servers));
        process.HangUp();
    }

    private string Configuration(Place place, IReadOnlyList<int> servers) => $$"""
        {{Nginx.Head(place.Folder, 2 * MaxConnections)}}
        # Old workers end before they are many.
        worker_shutdown_timeout 15s;
        http {
            access_log off;
            tcp_nodelay on;
            keepalive_timeout 75s;
            # The default of 1000 would have the load reconnect all the time.
            keepalive_requests 1000000000;
        {{Nginx.TemporaryFolders(place.Folder)}}

            upstream servers {
                {{(Policy == "round_robin" ? "" : $"{Policy};")}}
                # One failure is enough to leave a server alone for 5 s. The defaults, 1 and 10 s, would keep servers that are well again out for so
                # long that few are left here; 1 s would send visitors to dead ones five times as often.
        {{string.Join('\n', servers.Select(port => $"        server 127.0.0.1:{port} max_fails=1 fail_timeout=5s{place.WeightOf(port, "weight=")};"))}}
                keepalive 256;
                keepalive_requests 1000000000;
                keepalive_timeout 75s;
            }

            server {
                listen 127.0.0.1:{{place.Port}} backlog=4096;
                proxy_http_version 1.1;
                proxy_set_header Connection "";
                proxy_set_header Host $http_host;
                proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;

                # The defaults, spelled out: what failed goes to the next server, but for POSTs that a server may have had ("non_idempotent" is off).
                proxy_next_upstream error timeout;
                proxy_connect_timeout 500ms;
                # Only this finds a stopped server: its kernel still takes connections. No site could make it much shorter.
                proxy_read_timeout {{place.AnswerTimeout}}s;

                location / {
                    proxy_pass http://servers;
                }
            }
        }
        """;
}

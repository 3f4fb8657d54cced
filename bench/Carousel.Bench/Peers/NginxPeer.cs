using Carousel.Bench.Processes;

namespace Carousel.Bench.Peers;

/// <summary>
/// nginx, one worker, tuned as its documentation advises for a reverse proxy. Its policy is a directive of <c>upstream</c>, or round_robin for its default. It has
/// no probes: a server that fails is found out by the requests that it fails.
/// </summary>
internal sealed class NginxPeer() : Peer("nginx")
{
    public const string RoundRobin = "round_robin";

    /// <summary>It counts the connections to its servers with those of its clients.</summary>
    private const int HostileConnections = 2_000;

    public override IEnumerable<(string, string)> Needs => [Nginx.Needs];

    public override async Task<string> VersionAsync(CancellationToken stop) =>
        (await Command.RunAsync(Nginx.Program, ["-v"], stop)).Trim().Replace("nginx version: nginx/", "nginx ");

    public override string[] Configure(Setup setup) => Nginx.Command(setup.Folder, Configuration(setup, setup.Servers));

    /// <summary>What <c>nginx -s reload</c> does: new workers take over, the old ones finish what they have.</summary>
    public override void Change(Setup setup, Child process, IReadOnlyList<int> servers)
    {
        setup.Write(Nginx.ConfigurationFile, Configuration(setup, servers));
        process.HangUp();
    }

    private string Configuration(Setup setup, IReadOnlyList<int> servers) => $$"""
        {{Head(setup)}}
        http {
            access_log off;
            tcp_nodelay on;
            keepalive_timeout 75s;
            # The default of 1000 would have the load reconnect all the time.
            keepalive_requests 1000000000;
            client_max_body_size 0;
        {{Nginx.TemporaryFolders(setup.Folder)}}

            upstream servers {
                # Round robin is the default policy.
                {{(Policy is null or RoundRobin ? "" : $"{Policy};")}}
        {{string.Join('\n', servers.Select(port => $"        server 127.0.0.1:{port}{Server(setup, port)};"))}}
        {{Warm(setup)}}
                keepalive_requests 1000000000;
                keepalive_timeout 75s;
            }

            server {
                # Deferred and reused listening make no difference with one worker.
                listen 127.0.0.1:{{setup.Port}} backlog=4096;
                proxy_http_version 1.1;
                proxy_set_header Connection "";
                proxy_set_header Host $http_host;
                proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        {{(setup.Detection is { } detection ? Retries(detection) : "")}}
        {{(setup.Hostile is null ? "" : NoFile)}}
                # Buffers at their defaults: responses 8 x 4k then a file, requests 16k then a file.
                location / {
                    proxy_pass http://servers;
                }

                # Uploads passed on as they come, as the other proxies do without being told.
                location /upload/streamed {
                    proxy_request_buffering off;
                    proxy_pass http://servers;
                }
            }
        }
        """;

    private static string Head(Setup setup)
    {
        if (setup.Hostile is not { } hostile)
        {
            // Old workers end before they are many.
            return setup.Detection is null
                ? Nginx.Head(setup.Folder, MaxConnections + 300)
                : Nginx.Head(setup.Folder, 2 * MaxConnections) + "\nworker_shutdown_timeout 15s;";
        }

        // Idle connections to servers are among them, as those of clients are.
        int connections = hostile.Connections > 0 ? hostile.Connections + 20 : hostile.Descriptors > 0 ? hostile.Descriptors - 24 : HostileConnections;
        return Nginx.Head(setup.Folder, connections, raisesLimit: hostile.Descriptors == 0, errorLog: hostile.StandardError is null ? null : "stderr");
    }

    private static string Server(Setup setup, int port)
    {
        // One failure is enough to leave a server alone for 5 s. The defaults, 1 and 10 s, would keep servers that are well again out for so
        // long that few are left here; 1 s would send clients to dead ones five times as often.
        string failures = setup.Detection is null ? "" : " max_fails=1 fail_timeout=5s";
        string limit = setup.Hostile is { PerServer: > 0 and var most } ? $" max_conns={most}" : "";
        return failures + limit + setup.WeightOf(port, "weight=");
    }

    /// <summary>Warm connections to servers; few where connections are, and the limit of a server's in memory that workers share.</summary>
    private static string Warm(Setup setup) => setup.Hostile is null
        ? "        keepalive 256;"
        : "        zone servers 256k;\n        keepalive 16;";

    private const string NoFile = """
                # A response that nobody takes must not fill the disk: what does not fit the buffers waits at the server.
                proxy_max_temp_file_size 0;

        """;

    private static string Retries(DetectionSetup detection) => $"""
                # The defaults, spelled out: what failed goes to the next server, but for POSTs that a server may have had ("non_idempotent" is off).
                proxy_next_upstream error timeout;
                proxy_connect_timeout 500ms;
                # Only this finds a stopped server: its kernel still takes connections. No site could make it much shorter.
                proxy_read_timeout {detection.ResponseTimeout}s;

        """;
}

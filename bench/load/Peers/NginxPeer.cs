using Carousel.Load.Processes;

namespace Carousel.Load.Peers;

/// <summary>nginx, one worker, tuned as its documentation advises for a reverse proxy.</summary>
internal sealed class NginxPeer : Peer
{
    public override string Name => "nginx";

    public override IEnumerable<(string, string)> Needs => [("nginx", "nginx")];

    public override async Task<string> VersionAsync(CancellationToken stop) =>
        (await Command.RunAsync(Nginx.Program, ["-v"], stop)).Trim().Replace("nginx version: nginx/", "nginx ");

    public override string[] Configure(Place place) => Nginx.Command(place.Folder, Configuration(place));

    private static string Configuration(Place place) => $$"""
        {{Nginx.Head(place.Folder, MaxConnections + 300)}}
        http {
            access_log off;
            tcp_nodelay on;
            keepalive_timeout 75s;
            # The default of 1000 would have the load reconnect all the time.
            keepalive_requests 1000000000;
            client_max_body_size 0;
        {{Nginx.TemporaryFolders(place.Folder)}}

            upstream servers {
                # Round robin is the default policy.
        {{string.Join('\n', place.Servers.Select(port => $"        server 127.0.0.1:{port};"))}}
                keepalive 256;
                keepalive_requests 1000000000;
                keepalive_timeout 75s;
            }

            server {
                # Deferred and reused listening make no difference with one worker.
                listen 127.0.0.1:{{place.Port}} backlog=4096;
                proxy_http_version 1.1;
                proxy_set_header Connection "";
                proxy_set_header Host $http_host;
                proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;

                # Buffers at their defaults: answers 8 x 4k then a file, requests 16k then a file.
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
}

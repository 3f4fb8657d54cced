using Carousel.Load.Peers;
using Carousel.Load.Processes;

namespace Carousel.Hostile.Peers;

/// <summary>nginx, one worker. It keeps a connection to a server and one to a client for each request: twice its limit of clients.</summary>
internal sealed class NginxPeer : Peer
{
    private const int Connections = 2_000;

    public override string Name => "nginx";

    public override IEnumerable<(string, string)> Needs => [("nginx", "nginx")];

    public override async Task<string> PrepareAsync(Publisher publisher, string folder, CancellationToken stop) =>
        (await Command.RunAsync(Nginx.Program, ["-v"], stop)).Trim().Replace("nginx version: nginx/", "nginx ");

    public override string[] Configure(string folder, int port, Setup setup) => Nginx.Command(folder, Configuration(folder, port, setup));

    private static string Configuration(string folder, int port, Setup setup)
    {
        string limit = setup.PerServer == 0 ? "" : $" max_conns={setup.PerServer}";
        // Idle connections to servers are among them, as those of clients are.
        int connections = setup.Connections > 0 ? setup.Connections + 20 : setup.Descriptors > 0 ? setup.Descriptors - 24 : Connections;
        string head = Nginx.Head(folder, connections);
        if (setup.Descriptors > 0)
        {
            head = head.Replace($"worker_rlimit_nofile {connections * 2};", "");
        }

        if (setup.StandardError is not null)
        {
            head = head.Replace($"error_log {folder}/error.log warn;", "error_log stderr warn;");
        }

        return $$"""
            {{head}}
            http {
                access_log off;
                tcp_nodelay on;
                keepalive_timeout 75s;
                client_max_body_size 0;
            {{Nginx.TemporaryFolders(folder)}}
                upstream servers {
                    zone servers 256k;
            {{string.Join('\n', setup.Servers.Select(server => $"        server 127.0.0.1:{server}{limit};"))}}
                    keepalive 16;
                }
                server {
                    listen 127.0.0.1:{{port}} backlog=4096;
                    proxy_http_version 1.1;
                    proxy_set_header Connection "";
                    proxy_set_header Host $http_host;
                    # An answer that nobody takes must not fill the disk: what does not fit the buffers waits at the server.
                    proxy_max_temp_file_size 0;
                    location / { proxy_pass http://servers; }
                }
            }
            """;
    }
}

using System.Diagnostics;
using Carousel.Bench.Machine;
using Carousel.Bench.Peers;
using Carousel.Bench.Processes;

namespace Carousel.Bench.Servers;

/// <summary>
/// The servers where these aren't to be the measure: one nginx process on four ports, the same for all peers, as cheap as can be.
/// </summary>
internal sealed class SharedServers : IDisposable
{
    /// <summary>A path with a response that no buffer of a kernel takes whole, nor a few of them.</summary>
    public const string Big = "/big";

    private const int Count = 4, Megabyte = 1 << 20;
    private const long BigBytes = 64 << 20;
    private readonly Child _process;

    private SharedServers(Child process, int[] ports) => (_process, Ports) = (process, ports);

    public IReadOnlyList<int> Ports { get; }

    public static SharedServers Start(string folder, Ports ports, CancellationToken stop)
    {
        int[] own = ports.Next(Count);
        byte[] megabyte = new byte[Megabyte];
        megabyte.AsSpan().Fill((byte)'c');
        File.WriteAllBytes(Path.Combine(folder, "1m"), megabyte);

        // No block of it is on a disk.
        using (var big = File.Create(folder + Big))
        {
            big.SetLength(BigBytes);
        }

        long started = Stopwatch.GetTimestamp();
        var process = Child.Start(Cores.Load, Nginx.Command(folder, Configuration(folder, own)));
        FirstResponse.Wait("the nginx of the servers", process, own[^1], started, stop);
        return new SharedServers(process, own);
    }

    public void Dispose() => _process.Dispose();

    private static string Configuration(string folder, int[] ports)
    {
        string kilobyte = new('c', 1024);
        return $$"""
            {{Nginx.Head(folder, 4096)}}
            http {
            {{Nginx.TemporaryFolders(folder)}}
                access_log off;
                # Never the one to close: a peer that finds a closed connection is not what is measured.
                keepalive_timeout 3600s;
                keepalive_requests 1000000000;
                tcp_nodelay on;
                tcp_nopush on;
                sendfile on;
                open_file_cache max=16 inactive=3600s;
                open_file_cache_valid 3600s;
                # A whole upload in memory.
                client_body_buffer_size 2m;
                client_max_body_size 2m;
                default_type text/plain;

                server {
            {{string.Join('\n', ports.Select(port => $"        listen 127.0.0.1:{port} backlog=4096;"))}}
                    root {{folder}};
                    location = /64 { return 200 "{{new string('c', 64)}}"; }
                    location = /10k {
                        set $k "{{kilobyte}}";
                        return 200 $k$k$k$k$k$k$k$k$k$k;
                    }
                    location = /1m { }
                    # A plain "return" would respond before it has read the body. Passing the request on, without its body, to
                    # the next lines has nginx read all of it first.
                    location /upload {
                        proxy_pass http://unix:{{folder}}/response.sock:/64;
                        proxy_pass_request_body off;
                        proxy_set_header Content-Length "";
                    }
                }
                server {
                    listen unix:{{folder}}/response.sock;
                    location / { return 200 "{{new string('c', 64)}}"; }
                }
            }
            """;
    }
}

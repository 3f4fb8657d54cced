using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Carousel.EndToEnd.Harness;

/// <summary>Debian's nginx as a real server: one process on 127.0.0.1 that responds to every path with 200 and its name.</summary>
internal sealed class Nginx : IAsyncDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("carousel-nginx-");
    private readonly string _name;
    private ChildProcess? _program;

    private Nginx(string name, int port)
    {
        _name = name;
        Port = port;
    }

    public int Port { get; }

    /// <summary>Established connections to it, as the kernel lists them.</summary>
    public int Connections => IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpConnections()
        .Count(connection => connection.RemoteEndPoint.Port == Port && connection.State == TcpState.Established);

    public string Url => $"http://127.0.0.1:{Port}";

    public static async Task<Nginx> StartAsync(string name)
    {
        var nginx = new Nginx(name, FixedPort.Next());
        await nginx.StartAsync();
        return nginx;
    }

    /// <summary>Starts or restarts it.</summary>
    public async Task StartAsync()
    {
        string config = Path.Combine(_directory.FullName, "nginx.conf");
        await File.WriteAllTextAsync(config, $$"""
            daemon off;
            master_process off;
            pid {{_directory.FullName}}/pid;
            error_log stderr;
            events { worker_connections 1024; }
            http {
                access_log off;
                client_body_temp_path {{_directory.FullName}};
                keepalive_requests 1000000;
                server {
                    listen 127.0.0.1:{{Port}};
                    location / { return 200 {{_name}}; }
                }
            }
            """);
        _program = ChildProcess.Start(_directory.FullName, "/usr/sbin/nginx", "-p", _directory.FullName, "-c", config);
        await Deadlines.UntilAsync(IsListening, $"nginx to listen on {Port}");
    }

    /// <summary>Sends SIGKILL.</summary>
    public async Task KillAsync()
    {
        _program!.Signal(Posix.SigKill);
        await _program.ExitAsync();
    }

    public void Signal(int signal) => _program!.Signal(signal);

    public async ValueTask DisposeAsync()
    {
        if (_program is not null)
        {
            await _program.DisposeAsync();
        }
        _directory.Delete(recursive: true);
    }

    private bool IsListening()
    {
        if (_program!.HasExited)
        {
            throw new InvalidOperationException($"nginx ended: {_program.Errors}");
        }
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            probe.Connect(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Carousel.Control.Supervision;

namespace Carousel.Demo;

/// <summary>A client of the demo: sends requests at a low rate, keeps its cookie for <see cref="RequestsPerSession"/> requests, then starts a new session.</summary>
internal sealed class DemoClient(IPEndPoint balancer, int seed)
{
    /// <summary>Six clients send about 30 requests per second.</summary>
    public const int Clients = 6;

    private const int LeastPauseMs = 60, MostPauseMs = 340;

    /// <summary>Requests until the cookie is dropped.</summary>
    private const int RequestsPerSession = 40;

    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);
    private static readonly string[] s_paths = ["/", "/", "/news", "/shop", "/shop/carousel", "/about", "/search?q=ring", "/image.svg"];

    private readonly Random _random = new(seed);
    private string? _cookie;

    /// <summary>Starts all clients; they run until <paramref name="stop"/>.</summary>
    public static void StartAll(IPEndPoint balancer, CancellationToken stop)
    {
        for (int i = 0; i < Clients; i++)
        {
            var client = new DemoClient(balancer, seed: i);
            _ = Supervisor.OfProcess.Run("demo clients", () => client.RunAsync(stop), TimeProvider.System, stop);
        }
    }

    private async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                _cookie = null;
                await RequestAsync(stop).ConfigureAwait(false);
            }
            catch (Exception e) when (e is SocketException or IOException or InvalidDataException)
            {
                await Task.Delay(AfterFailure, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task RequestAsync(CancellationToken stop)
    {
        using var socket = new Socket(balancer.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(balancer, stop).ConfigureAwait(false);
        using var stream = new NetworkStream(socket);
        var reader = new DemoReader(stream);
        for (int i = 0; i < RequestsPerSession; i++)
        {
            string cookie = _cookie is null ? "" : $"Cookie: {_cookie}\r\n";
            byte[] request = Encoding.ASCII.GetBytes($"GET {s_paths[_random.Next(s_paths.Length)]} HTTP/1.1\r\nHost: {balancer}\r\nUser-Agent: carousel-demo\r\n{cookie}\r\n");
            await stream.WriteAsync(request, stop).ConfigureAwait(false);
            await ReadResponseAsync(reader).ConfigureAwait(false);
            await Task.Delay(_random.Next(LeastPauseMs, MostPauseMs), stop).ConfigureAwait(false);
        }
    }

    /// <summary>All responses have a Content-Length: those of the demo servers and the balancer's own.</summary>
    private async Task ReadResponseAsync(DemoReader reader)
    {
        long length = 0;
        for (string? line = await reader.ReadLine().ConfigureAwait(false); line != ""; line = await reader.ReadLine().ConfigureAwait(false))
        {
            if (line is null)
            {
                throw new IOException("the balancer closed the connection");
            }
            if (line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
            {
                length = long.Parse(line.AsSpan("Content-Length:".Length), NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture);
            }
            else if (line.StartsWith("Set-Cookie:", StringComparison.OrdinalIgnoreCase))
            {
                _cookie = line["Set-Cookie:".Length..].Split(';')[0].Trim();
            }
        }
        await reader.Skip(length).ConfigureAwait(false);
    }
}

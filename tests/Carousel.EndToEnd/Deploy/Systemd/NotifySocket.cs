using System.Net.Sockets;
using System.Text;
using Carousel.EndToEnd.Harness;

namespace Carousel.EndToEnd.Deploy.Systemd;

/// <summary>The socket on which systemd would receive a service's notifications.</summary>
internal sealed class NotifySocket : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("carousel-notify-");
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

    public NotifySocket() => _socket.Bind(new UnixDomainSocketEndPoint(Path));

    private string Path => System.IO.Path.Combine(_folder.FullName, "notify");

    /// <summary>The prefix of a command line that makes the service notify this socket.</summary>
    public string[] Launcher(string watchdogMicros = "") =>
        ["env", $"NOTIFY_SOCKET={Path}", .. watchdogMicros.Length == 0 ? Array.Empty<string>() : [$"WATCHDOG_USEC={watchdogMicros}"]];

    /// <summary>The next notification.</summary>
    public async Task<string> NextAsync()
    {
        byte[] state = new byte[4096];
        int length = await Deadlines.WithinAsync(_socket.ReceiveAsync(state.AsMemory()).AsTask(), "the service to notify");
        return Encoding.UTF8.GetString(state, 0, length);
    }

    public void Dispose()
    {
        _socket.Dispose();
        _folder.Delete(recursive: true);
    }
}

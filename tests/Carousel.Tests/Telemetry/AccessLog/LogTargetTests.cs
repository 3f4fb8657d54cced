using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text;
using Carousel.Control.Telemetry;
using Carousel.Files;
using Carousel.Tests.Harness;
using Xunit;

namespace Carousel.Tests.Telemetry;

public sealed class LogTargetTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("carousel-log-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    [SupportedOSPlatform("linux")]
    public void File_MovedAndReopened_ContinuesInANewFile()
    {
        string path = Path.Combine(_folder, "a.log");
        using var target = new FileTarget(path, AppendFile.Open);
        target.Write("1\n"u8);
        File.Move(path, path + ".1");
        target.Write("2\n"u8);
        target.Reopen();
        target.Write("3\n"u8);
        Assert.Equal(("1\n2\n", "3\n"), (File.ReadAllText(path + ".1"), File.ReadAllText(path)));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(path));
    }

    [Fact]
    public void File_ChangedByOthers_IsAppended()
    {
        string path = Path.Combine(_folder, "a.log");
        using var target = new FileTarget(path, AppendFile.Open);
        using var other = new FileTarget(path, AppendFile.Open);
        target.Write("1\n"u8);
        other.Write("2\n"u8);
        target.Write("3\n"u8);
        Assert.Equal("1\n2\n3\n", File.ReadAllText(path));
        using (FileStream cut = File.OpenWrite(path))
        {
            cut.SetLength(0);
        }
        target.Write("4\n"u8);
        Assert.Equal("4\n", File.ReadAllText(path));
    }

    [Fact]
    public void File_DirectoryMissing_FailsUntilItExists()
    {
        string folder = Path.Combine(_folder, "missing");
        using var target = new FileTarget(Path.Combine(folder, "a.log"), AppendFile.Open);
        Exception e = Assert.ThrowsAny<Exception>(() => target.Write("1\n"u8));
        Assert.True(LogTarget.IsOutputError(e));
        Assert.Equal("No such file or directory", e.Message);
        Directory.CreateDirectory(folder);
        target.Write("2\n"u8);
        Assert.Equal("2\n", File.ReadAllText(Path.Combine(folder, "a.log")));
    }

    [Fact]
    public void File_DiskFull_IsOutputErrorAndTheNextLineIsSeparate()
    {
        // /dev/full: every write fails with "no space left".
        string path = "/dev/full";
        using var target = new FileTarget(path, _ => AppendFile.Open(path));
        Assert.True(LogTarget.IsOutputError(Assert.ThrowsAny<Exception>(() => target.Write("1\n"u8))));
        path = Path.Combine(_folder, "a.log");
        target.Write("2\n"u8);
        Assert.Equal("\n2\n", File.ReadAllText(path));
    }

    [Fact]
    public void Syslog_OverUdp_IsRfc5424()
    {
        using var receiver = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        int port = ((IPEndPoint)receiver.Client.LocalEndPoint!).Port;
        using var target = new SyslogTarget("there", () =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            socket.Connect(IPAddress.Loopback, port);
            return socket;
        }, new ManualTime());
        target.Write("a line\n"u8);
        IPEndPoint? from = null;
        receiver.Client.ReceiveTimeout = 30_000;
        string message = Encoding.UTF8.GetString(receiver.Receive(ref from));
        Assert.Equal($"<134>1 2026-11-23T16:30:00.000000Z {Environment.MachineName} carousel {Environment.ProcessId} access - a line", message);
    }

    [Fact]
    public void Syslog_SocketRecreated_FailsInBetween()
    {
        string path = Path.Combine(_folder, "log");
        Socket Connect()
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return socket;
        }
        using var target = new SyslogTarget("there", Connect, new ManualTime());
        Assert.True(LogTarget.IsOutputError(Assert.ThrowsAny<Exception>(() => target.Write("1\n"u8))));
        for (int life = 0; life < 2; life++)
        {
            using (var receiver = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified))
            {
                receiver.Bind(new UnixDomainSocketEndPoint(path));
                receiver.ReceiveTimeout = 30_000;
                target.Write("2\n"u8);
                byte[] message = new byte[1024];
                Assert.EndsWith(" access - 2", Encoding.UTF8.GetString(message, 0, receiver.Receive(message)));
            }
            File.Delete(path);
            Assert.True(LogTarget.IsOutputError(Assert.ThrowsAny<Exception>(() => target.Write("3\n"u8))));
        }
    }
}

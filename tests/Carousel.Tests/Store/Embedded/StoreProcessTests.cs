using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Carousel.Control.Store.Embedded;
using Carousel.Tests.Walls;
using Xunit;

namespace Carousel.Tests.Store.Embedded;

/// <summary>The embedded store with real processes: the store of the build, found where <c>dotnet run</c> finds it.</summary>
public sealed class StoreProcessTests
{
    private const string Greeting = "*2\r\n$4\r\nAUTH\r\n$6\r\nsecret\r\n*1\r\n$4\r\nPING\r\n";
    private const string Response = "+OK\r\n+PONG\r\n";

    private readonly ConcurrentQueue<string> _log = new();

    [Fact]
    public async Task EmbeddedStore_RealProcess_ServesIsRestartedAndExits()
    {
        int port = FreePort();
        var options = new EmbeddedStoreOptions { Port = port, Memory = 16 << 20, Password = "secret" };
        var processes = new ConcurrentQueue<IStoreProcess>();
        await using var store = new EmbeddedStore(options, TimeProvider.System, (_, line) => _log.Enqueue(line), Executable(), (executable, how) =>
        {
            IStoreProcess process = StoreProcess.Launch(executable, how);
            processes.Enqueue(process);
            return process;
        });

        Assert.True(await store.StartAsync(TestContext.Current.CancellationToken));
        Assert.Equal(Response, Ask(store.EndPoint));

        processes.First().Kill();
        await UntilAsync(() => processes.Count == 2 && store.State == EmbeddedStoreState.Running);
        Assert.Equal(Response, Ask(store.EndPoint));
        Assert.Equal("session store exited: exit code 137; restarting in 250ms", _log.ElementAt(1));

        await store.DisposeAsync();
        Assert.Equal(0, (await processes.Last().Exit).Code);
        Assert.Throws<SocketException>(() => Ask(store.EndPoint));
    }

    [Fact]
    public async Task EmbeddedStore_PortTaken_LogsTheStoresError()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        int port = ((IPEndPoint)other.LocalEndpoint).Port;
        await using var store = new EmbeddedStore(new EmbeddedStoreOptions { Port = port }, TimeProvider.System, (_, line) => _log.Enqueue(line), Executable(), StoreProcess.Launch);

        Assert.False(await store.StartAsync(TestContext.Current.CancellationToken));

        await UntilAsync(() => !_log.IsEmpty);
        Assert.Equal(
            $"session store can't start: 127.0.0.1:{port} is taken: another program listens there (choose another --port); restarting in 250ms",
            _log.First());
    }

    [Fact]
    public async Task EmbeddedStore_NotExecutable_IsLogged()
    {
        await using var store = new EmbeddedStore(new EmbeddedStoreOptions(), TimeProvider.System, (_, line) => _log.Enqueue(line), "/etc/hostname", StoreProcess.Launch);
        Assert.False(await store.StartAsync(TestContext.Current.CancellationToken));
        await UntilAsync(() => !_log.IsEmpty);
        Assert.StartsWith("session store can't start: /etc/hostname: ", _log.First());
    }

    private static string Executable()
    {
        string configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        string home = Path.Combine(Sources.Root, "artifacts/bin/Carousel", configuration);
        return StoreExecutable.Find(home, File.Exists) ?? throw new FileNotFoundException($"no store was built for {home}");
    }

    private static string Ask(IPEndPoint to)
    {
        using var client = new TcpClient();
        client.Connect(to);
        client.GetStream().Write(Encoding.ASCII.GetBytes(Greeting));
        byte[] response = new byte[Response.Length];
        client.GetStream().ReadExactly(response);
        return Encoding.ASCII.GetString(response);
    }

    /// <summary>Below the kernel's ephemeral range.</summary>
    private static int FreePort()
    {
        const int first = 5000, count = 2000;
        while (true)
        {
            using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            int port = first + Random.Shared.Next(count);
            try
            {
                probe.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException)
            {
                // In use: try another.
            }
        }
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        long began = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(30), "condition not met within 30 s");
            await Task.Delay(5);
        }
    }
}

using System.ComponentModel;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Carousel.EndToEnd.Harness;
using Microsoft.Win32.SafeHandles;

namespace Carousel.EndToEnd.Deploy;

/// <summary>A network namespace, as a pod has: its own loopback, ports and links. Removed when disposed. Needs root.</summary>
internal sealed partial class NetworkNamespace : IAsyncDisposable
{
    private const int CloneNewNet = 0x40000000;

    private static int s_count;

    private NetworkNamespace(string name) => Name = name;

    public string Name { get; }

    /// <summary>The path by which container runtimes open it.</summary>
    public string Path => $"/run/netns/{Name}";

    /// <summary>The prefix of a command line that runs inside it.</summary>
    public string[] Launcher => ["ip", "netns", "exec", Name];

    public static async Task<NetworkNamespace> CreateAsync()
    {
        var created = new NetworkNamespace($"carousel{Environment.ProcessId}-{Interlocked.Increment(ref s_count)}");
        await Tool.RunAsync("ip", "netns", "add", created.Name);
        await created.IpAsync("link", "set", "lo", "up");
        return created;
    }

    /// <summary>Runs ip(8) inside it.</summary>
    public Task IpAsync(params string[] arguments) => Tool.RunAsync("ip", ["-n", Name, .. arguments]);

    /// <summary>Runs an action inside the namespace. A socket belongs to the namespace in which it was created, whichever process uses it later.</summary>
    public T Run<T>(Func<T> act)
    {
        T? result = default;
        Exception? error = null;
        // A dedicated thread: it cannot leave the namespace and ends there.
        var thread = new Thread(() =>
        {
            try
            {
                using SafeFileHandle handle = File.OpenHandle(Path);
                if (SetNamespace(handle, CloneNewNet) != 0)
                {
                    throw new Win32Exception(Marshal.GetLastPInvokeError());
                }
                result = act();
            }
            catch (Exception e)
            {
                error = e;
            }
        });
        thread.Start();
        thread.Join();
        return error is null ? result! : throw new InvalidOperationException($"in the network {Name}", error);
    }

    /// <summary>Connects from inside it.</summary>
    public Task<Socket> ConnectAsync(IPEndPoint to) => ConnectAsync(this, to);

    /// <summary>Connects from inside a namespace, or from the tests' own network.</summary>
    public static async Task<Socket> ConnectAsync(NetworkNamespace? from, IPEndPoint to)
    {
        Func<Socket> make = () => new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Socket socket = from is null ? make() : from.Run(make);
        try
        {
            await Deadlines.WithinAsync(socket.ConnectAsync(to), $"a connection to {to}");
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync() => await Tool.RunAsync("ip", "netns", "del", Name);

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(SafeHandle handle, int kind);
}

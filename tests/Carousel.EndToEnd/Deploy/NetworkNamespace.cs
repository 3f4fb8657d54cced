using System.ComponentModel;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Carousel.EndToEnd.Harness;
using Microsoft.Win32.SafeHandles;

namespace Carousel.EndToEnd.Deploy;

/// <summary>A network of its own, as a pod has one: an own loopback, own ports, and what is linked to it. Gone when disposed. Needs root.</summary>
internal sealed partial class NetworkNamespace : IAsyncDisposable
{
    private const int CloneNewNet = 0x40000000;

    private static int s_count;

    private NetworkNamespace(string name) => Name = name;

    public string Name { get; }

    /// <summary>Where runtimes find it.</summary>
    public string Path => $"/run/netns/{Name}";

    /// <summary>What a command line begins with to run within it.</summary>
    public string[] Launcher => ["ip", "netns", "exec", Name];

    public static async Task<NetworkNamespace> CreateAsync()
    {
        var created = new NetworkNamespace($"carousel{Environment.ProcessId}-{Interlocked.Increment(ref s_count)}");
        await Tool.RunAsync("ip", "netns", "add", created.Name);
        await created.IpAsync("link", "set", "lo", "up");
        return created;
    }

    /// <summary>ip(8) within it.</summary>
    public Task IpAsync(params string[] arguments) => Tool.RunAsync("ip", ["-n", Name, .. arguments]);

    /// <summary>A socket belongs to the namespace in which it is made, whoever uses it then: this makes one, or does anything else, in there.</summary>
    public T Run<T>(Func<T> act)
    {
        T? result = default;
        Exception? error = null;
        // Of its own, as it does not come back: it ends in there.
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

    /// <summary>A connection from within it.</summary>
    public Task<Socket> ConnectAsync(IPEndPoint to) => ConnectAsync(this, to);

    /// <summary>A connection from within a network, or from where the tests run.</summary>
    public static async Task<Socket> ConnectAsync(NetworkNamespace? from, IPEndPoint to)
    {
        Func<Socket> make = () => new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Socket socket = from is null ? make() : from.Run(make);
        try
        {
            await Patience.WithinAsync(socket.ConnectAsync(to), $"a connection to {to}");
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

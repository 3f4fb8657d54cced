using System.Net;
using System.Net.Sockets;

namespace Carousel.Store;

/// <summary>
/// Exclusive locks on the store's port and data directory. Garnet would share both silently: it listens with SO_REUSEPORT, which splits
/// connections between two stores, and two writers corrupt a log.
/// </summary>
internal sealed class Claims : IDisposable
{
    /// <summary>The lock file in the data directory.</summary>
    private const string LockName = "carousel-store.lock";

    /// <summary>.NET's error for a file locked by another process: Linux's EWOULDBLOCK.</summary>
    private const int WouldBlock = 11;

    private readonly List<IDisposable> _held = [];

    /// <exception cref="StartException">Another process has the port or the directory.</exception>
    public static Claims Take(StoreOptions options)
    {
        var claims = new Claims();
        try
        {
            foreach (IPAddress address in options.Bind)
            {
                claims.TakePort(new IPEndPoint(address, options.Port));
            }
            if (options.DataDirectory is not null)
            {
                claims.TakeDirectory(options.DataDirectory);
            }
            return claims;
        }
        catch
        {
            claims.Dispose();
            throw;
        }
    }

    public void Dispose() => _held.ForEach(held => held.Dispose());

    /// <summary>
    /// Other stores are excluded by an abstract socket (unix(7)), which one process per network namespace can bind; other programs by one bind
    /// without SO_REUSEPORT.
    /// </summary>
    private void TakePort(IPEndPoint endPoint)
    {
        try
        {
            var name = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            _held.Add(name);
            name.Bind(new UnixDomainSocketEndPoint($"\0carousel-store {endPoint}"));
            using var probe = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            probe.Bind(endPoint);
        }
        catch (SocketException e)
        {
            throw new StartException(PortError(endPoint, e));
        }
    }

    /// <summary>Why listening on this end point fails, in one line.</summary>
    public static string PortError(IPEndPoint endPoint, SocketException e) => e.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse => $"{endPoint} is taken: another program listens there (choose another --port)",
        SocketError.AddressNotAvailable => $"{endPoint}: this machine has no such address",
        SocketError.AccessDenied => $"{endPoint}: no permission to listen there (ports below 1024 need a privilege)",
        _ => $"{endPoint}: can't listen there ({e.SocketErrorCode})",
    };

    private void TakeDirectory(string directory)
    {
        try
        {
            Directory.CreateDirectory(directory);
            // FileShare.None takes an advisory lock (flock), which ends with the process.
            _held.Add(new FileStream(Path.Combine(directory, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e) when (e.HResult == WouldBlock)
        {
            throw new StartException($"--data {directory}: in use by another carousel-store");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartException($"--data {directory}: not writable ({e.Message})");
        }
    }
}

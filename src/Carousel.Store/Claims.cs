using System.Net;
using System.Net.Sockets;

namespace Carousel.Store;

/// <summary>
/// What the store must have to itself while it runs. Garnet would share both in silence: it listens in a way (SO_REUSEPORT) that gives half of
/// the connections to each of two stores, and two writers ruin a log.
/// </summary>
internal sealed class Claims : IDisposable
{
    /// <summary>In the data directory.</summary>
    private const string LockName = "carousel-store.lock";

    /// <summary>What .NET reports of a file that somebody else has locked: Linux's EWOULDBLOCK.</summary>
    private const int WouldBlock = 11;

    private readonly List<IDisposable> _held = [];

    /// <exception cref="StartException">Somebody else has it.</exception>
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
    /// Against other stores by a name that the kernel gives to one process only, in the same network namespace as the port (an abstract socket,
    /// unix(7)); against all others by binding once in the way that refuses to share.
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

    /// <summary>Why this end point can't be listened on, in a line.</summary>
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
            // No sharing is an advisory lock (flock), which ends with the process however it ends.
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

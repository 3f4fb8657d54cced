using System.Net;
using System.Net.Sockets;

namespace Carousel.Bench.Processes;

/// <summary>
/// Hands out free loopback ports, each once: below the range from which the kernel picks the ports of outgoing connections, so
/// that no connection of the load occupies a port when its server starts.
/// </summary>
internal sealed class Ports
{
    private const int First = 21_000, Last = 32_000;
    private int _next = First;

    public int Next()
    {
        while (_next < Last)
        {
            int port = _next++;
            try
            {
                using var probe = new TcpListener(IPAddress.Loopback, port);
                probe.Start();
                return port;
            }
            catch (SocketException)
            {
                // Somebody else's: the next one.
            }
        }

        throw new BenchException("no free loopback port is left");
    }

    public int[] Next(int count)
    {
        int[] ports = new int[count];
        for (int i = 0; i < count; i++)
        {
            ports[i] = Next();
        }

        return ports;
    }
}

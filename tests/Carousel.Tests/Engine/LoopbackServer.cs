using System.Net;
using Carousel.Engine.Linux;
using Carousel.Engine.Proxy;
using Carousel.Engine.Sockets;

namespace Carousel.Tests.Engine;

/// <summary>A server that sends the same response to each request without a body. One thread.</summary>
internal sealed unsafe class LoopbackServer : IDisposable
{
    private const int BufferSize = 4096;
    private const int TickMs = 100;

    private readonly byte[] _response;
    private readonly ListenSocket _listener = ListenSocket.Open([IPAddress.Loopback], 0)[0];
    private readonly EpollSet _set = new(256);
    private readonly TcpTransport _transport = new();
    private readonly HashSet<int> _open = [];
    private readonly Thread _thread;
    private volatile bool _stopped;

    public LoopbackServer(byte[] response)
    {
        _response = response;
        _set.Register(_listener.Fd, Readiness.Readable, (ulong)_listener.Fd);
        _thread = new Thread(Run);
        _thread.Start();
    }

    public int Port => _listener.Port;

    public void Dispose()
    {
        _stopped = true;
        _thread.Join();
        foreach (int fd in _open)
        {
            Libc.close(fd);
        }
        _set.Dispose();
        _listener.Dispose();
    }

    private void Run()
    {
        while (!_stopped)
        {
            int count = _set.Wait(TickMs);
            for (int i = 0; i < count; i++)
            {
                _set.Get(i, out _, out ulong fd);
                if ((int)fd == _listener.Fd)
                {
                    Accept();
                }
                else
                {
                    Serve((int)fd);
                }
            }
        }
    }

    private void Accept()
    {
        int fd = _transport.Accept(_listener.Fd, out _);
        if (fd >= 0)
        {
            _open.Add(fd);
            _set.Register(fd, Readiness.Readable, (ulong)fd);
        }
    }

    /// <summary>A request is small, not pipelined, and arrives whole.</summary>
    private void Serve(int fd)
    {
        byte* buffer = stackalloc byte[BufferSize];
        int received = Libc.OrErrno(Libc.recv(fd, buffer, BufferSize, 0));
        if (received > 0)
        {
            fixed (byte* response = _response)
            {
                Libc.send(fd, response, _response.Length, 0);
            }
        }
        else if (received != -Errno.EAGAIN)
        {
            _open.Remove(fd);
            Libc.close(fd);
        }
    }
}

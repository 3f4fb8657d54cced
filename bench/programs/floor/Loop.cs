using static Carousel.Bench.Floor.Linux;

namespace Carousel.Bench.Floor;

/// <summary>
/// A bare epoll loop: a lower bound, not a product. The cheapest proxy that still rewrites heads, to measure a request without checks, limits or retries.
/// Correct only for small keep-alive GETs whose responses have a Content-Length.
/// </summary>
internal sealed unsafe class Loop(int[] servers)
{
    private const int MaxDescriptors = 65536, EventsPerTick = 512;

    private readonly Connection?[] _connections = new Connection?[MaxDescriptors];
    private readonly Stack<Connection>[] _idle = Array.ConvertAll(servers, _ => new Stack<Connection>());
    private readonly int _epoll = epoll_create1(0);
    private int _turn;

    private static ReadOnlySpan<byte> Forwarded => "X-Forwarded-For: 127.0.0.1\r\n\r\n"u8;

    /// <summary>Serves on the loopback port until it is killed; returns 1 if the port is not available.</summary>
    public int Run(int port)
    {
        int listener = socket(2, 1 | NonBlocking, 0), one = 1;
        byte* address = stackalloc byte[16];
        setsockopt(listener, 1, 2, &one, 4);
        Loopback(address, port);
        if (bind(listener, address, 16) != 0)
        {
            Console.Error.WriteLine($"floor: cannot bind port {port}");
            return 1;
        }

        listen(listener, 4096);
        Event e = new() { Bits = Readable, Data = listener };
        epoll_ctl(_epoll, 1, listener, &e);
        Event* events = stackalloc Event[EventsPerTick];
        while (true)
        {
            // Polls without waiting first: under load there is nearly always an event, and that call is cheaper.
            int count = epoll_poll(_epoll, events, EventsPerTick, 0);
            if (count == 0)
            {
                count = epoll_wait(_epoll, events, EventsPerTick, -1);
            }

            for (int i = 0; i < count; i++)
            {
                Handle((int)events[i].Data, listener);
            }
        }
    }

    private void Handle(int fd, int listener)
    {
        if (fd == listener)
        {
            int client;
            while ((client = accept4(fd, null, null, NonBlocking)) >= 0)
            {
                Open(client, isServer: false);
            }
        }
        else if (_connections[fd] is { } connection)
        {
            if (connection.IsServer)
            {
                PassResponse(connection);
            }
            else
            {
                PassRequest(connection);
            }
        }
    }

    private Connection Open(int fd, bool isServer)
    {
        int one = 1;
        setsockopt(fd, 6, 1, &one, 4);
        var connection = new Connection(fd, isServer);
        _connections[fd] = connection;
        Event e = new() { Bits = Readable | PeerClosed | EdgeTriggered, Data = fd };
        epoll_ctl(_epoll, 1, fd, &e);
        return connection;
    }

    private void Close(Connection connection)
    {
        _connections[connection.Fd] = null;
        close(connection.Fd);
        connection.FreeBuffers();
        if (connection.Peer is { } peer)
        {
            connection.Peer = null;
            peer.Peer = null;
            Close(peer);
        }
    }

    private void PassRequest(Connection client)
    {
        if (!Receive(client) || client.Rewrite(out int written, out _) == 0)
        {
            return;
        }

        Forwarded.CopyTo(new Span<byte>(client.Out + written, Forwarded.Length));
        client.Have = 0;
        if (Take() is not { } server)
        {
            Close(client);
            return;
        }

        server.Peer = client;
        client.Peer = server;
        server.BodyLeft = -1;
        send(server.Fd, client.Out, written + Forwarded.Length, NoSignal | DontWait);
    }

    private Connection? Take()
    {
        int index = _turn;
        _turn = (_turn + 1) % servers.Length;
        if (_idle[index].TryPop(out var server))
        {
            return server;
        }

        // A blocking connect, which completes at once on loopback.
        int fd = socket(2, 1, 0);
        byte* address = stackalloc byte[16];
        Loopback(address, servers[index]);
        if (connect(fd, address, 16) != 0)
        {
            close(fd);
            return null;
        }

        server = Open(fd, isServer: true);
        server.ServerIndex = index;
        return server;
    }

    private void PassResponse(Connection server)
    {
        if (!Receive(server))
        {
            return;
        }

        if (server.Peer is not { } client)
        {
            server.Have = 0;
            return;
        }

        if (server.BodyLeft < 0)
        {
            int head = server.Rewrite(out int written, out long length);
            if (head == 0)
            {
                return;
            }

            server.Out[written++] = (byte)'\r';
            server.Out[written++] = (byte)'\n';
            int body = server.Have - head;
            new Span<byte>(server.In + head, body).CopyTo(new Span<byte>(server.Out + written, body));
            server.BodyLeft = length - body;
            send(client.Fd, server.Out, written + body, NoSignal | DontWait);
        }
        else
        {
            server.BodyLeft -= server.Have;
            send(client.Fd, server.In, server.Have, NoSignal);
        }

        server.Have = 0;
        if (server.BodyLeft <= 0)
        {
            server.Peer = null;
            client.Peer = null;
            _idle[server.ServerIndex].Push(server);
        }
    }

    private bool Receive(Connection connection)
    {
        nint received = recv(connection.Fd, connection.In + connection.Have, Connection.BufferSize - connection.Have, DontWait);
        if (received == 0)
        {
            Close(connection);
        }

        if (received <= 0)
        {
            return false;
        }

        connection.Have += (int)received;
        return true;
    }
}

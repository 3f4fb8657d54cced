using System.Buffers.Text;
using System.Text;
using Carousel.Bench.Wire;

namespace Carousel.Bench.Backend;

/// <summary>Listens, and responds to requests without work: probes and the bench's queries.</summary>
internal sealed class Server(string name, Slots slots, Record record) : IWatched
{
    private readonly byte[] _response = Respond(name, new string('c', 64));
    private readonly byte[] _healthy = Respond(name, "ok");
    private int _listener;
    private long _requests;

    private static ReadOnlySpan<byte> SpeedPath => "/_speed/"u8;

    public Loop Loop { get; } = new();

    /// <summary>The response to a request with work.</summary>
    public ReadOnlySpan<byte> Worked => _response;

    /// <summary>Serves until it is killed; returns 1 if the port is not available.</summary>
    public int Run(int port)
    {
        _listener = Libc.Listen(port);
        if (_listener < 0)
        {
            Console.Error.WriteLine($"cannot listen on port {port}");
            return 1;
        }

        Loop.WatchReadable(_listener, this);
        while (true)
        {
            // Wakes up at least once a second, without a deadline.
            Loop.RunOnce(Math.Min(slots.NextDone, Loop.Now + 1_000_000));
            slots.Finish(Loop.Now);
        }
    }

    public void Ready()
    {
        while (Libc.Accept(_listener) is >= 0 and var fd)
        {
            Loop.WatchReadable(fd, new Connection(fd, this));
        }
    }

    /// <summary>Handles a whole request with this head. Returns the response if it is available at once; otherwise the connection responds later.</summary>
    public ReadOnlySpan<byte> Take(Connection connection, in Head head)
    {
        ReadOnlySpan<byte> path = Path(head);
        if (path.SequenceEqual("/healthz"u8))
        {
            return _healthy;
        }

        if (path.SequenceEqual("/_stats"u8))
        {
            long now = Loop.Now;
            return Respond(name, $"{now} {_requests} {slots.BusyMicros(now)}");
        }

        if (path.StartsWith(SpeedPath) && Utf8Parser.TryParse(path[SpeedPath.Length..], out double speed, out _))
        {
            slots.Time.Speed = speed;
            return _healthy;
        }

        _requests++;
        slots.Enter(connection, Loop.Now);
        return [];
    }

    /// <summary>Starts the work on a request.</summary>
    /// <param name="id">The id of a POST; otherwise empty.</param>
    public void Begin(ReadOnlySpan<byte> id)
    {
        if (!id.IsEmpty)
        {
            record.Add(id);
        }
    }

    private static ReadOnlySpan<byte> Path(in Head head)
    {
        ReadOnlySpan<byte> target = head.StartLine[(head.StartLine.IndexOf((byte)' ') + 1)..];
        return target[..target.IndexOf((byte)' ')];
    }

    private static byte[] Respond(string name, string body) => Encoding.ASCII.GetBytes(
        $"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX-Server: {name}\r\nContent-Length: {body.Length}\r\n\r\n{body}");
}

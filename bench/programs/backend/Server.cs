using System.Buffers.Text;
using System.Text;
using Carousel.Bench.Wire;

namespace Carousel.Bench.Backend;

/// <summary>Listens, and answers what needs no work: probes, and the bench's own questions.</summary>
internal sealed class Server(string name, Slots slots, Record record) : IWatched
{
    private readonly byte[] _response = Respond(name, new string('c', 64));
    private readonly byte[] _healthy = Respond(name, "ok");
    private int _listener;
    private long _requests;

    private static ReadOnlySpan<byte> SpeedPath => "/_speed/"u8;

    public Loop Loop { get; } = new();

    /// <summary>What a request that was worked on is answered with.</summary>
    public ReadOnlySpan<byte> Worked => _response;

    /// <summary>Serves until it is killed; returns 1 if the port can't be had.</summary>
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
            // At least once a second: a time that is no deadline.
            Loop.Turn(Math.Min(slots.NextDone, Loop.Now + 1_000_000));
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

    /// <summary>Takes in a whole request, whose head this is. Returns the answer if there is one at once, else the connection is answered later.</summary>
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

    /// <summary>The work on a request begins.</summary>
    /// <param name="id">Of a POST; else empty.</param>
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

using System.Collections.Immutable;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using Carousel.Core.Events;
using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Carousel.Core.Sessions;
using Carousel.Core.Telemetry;
using Carousel.Engine;
using Carousel.Engine.Linux;
using Carousel.Engine.Proxy;
using Carousel.Engine.Reactor;
using Carousel.Tests.Harness;
using Carousel.Tests.Ring;
using Xunit;

namespace Carousel.Tests.Proxy.Fakes;

/// <summary>
/// One worker, or several that run alternately, over a fake network, driven tick by tick. Servers a, b, ... are at 10.0.0.1, 10.0.0.2, ...; a function
/// supplies their responses.
/// </summary>
internal sealed class Rig : IDisposable
{
    /// <summary>More ticks than any test needs: bounds a test that never becomes idle.</summary>
    private const int MaxSteps = 200_000;

    private readonly Dictionary<FakeSocket, int> _responded = [];
    private readonly ScriptedPoller[] _pollers;

    /// <summary>The rig's own workers. A test may add others to the group.</summary>
    private readonly Worker[] _workers;

    public Rig(EngineOptions? options = null, int servers = 1, int addresses = 1, bool hasPipes = true, SessionChannel? sessions = null, int workers = 1, bool requestIds = false,
        PoolOptions? pool = null)
    {
        _pollers = [.. Enumerable.Range(0, workers).Select(_ => new ScriptedPoller(Network))];
        Network.Closing = fd => Array.ForEach(_pollers, poller => poller.Forget(fd));
        Network.Connected = socket => Servers.Add(socket);
        Network.Sent = Respond;
        Server[] all = RingFixture.ServersOf(servers);
        Log = new FailureLog();
        options ??= new EngineOptions();
        ServerStatus[] statuses = [.. all.Select((_, i) => new ServerStatus(EndPoints(i, addresses), IsHealthy: true))];
        Pool = TestPool.Of(PoolBuilder.Build([.. all], [.. statuses]), pool ?? TestPool.Options with { SlowStart = new PoolOptions().SlowStart }, Clock.Time, Log, sessions);
        Traffic = new Traffic(workers, new TrafficOptions { WithFields = true });
        Group = new WorkerGroup(options with { RequestIds = requestIds }, Pool, Log, Traffic);
        Group.Workers = [.. _pollers.Select((poller, i) => hasPipes
            ? new Worker(Group, poller, Clock, Network, i)
            : new Worker(Group, poller, Clock, Network, i) { Pipe = new SplicePipe(_ => null) })];
        _workers = Group.Workers;
        Worker.Listen(Network.OpenListener());
    }

    public FakeClock Clock { get; } = new();
    public FakeNetwork Network { get; } = new();
    public ScriptedPoller Poller => _pollers[0];
    public Pool Pool { get; }
    public FailureLog Log { get; }
    public WorkerGroup Group { get; }
    public Traffic Traffic { get; }
    public Worker Worker => _workers[0];

    /// <summary>Connections to servers, in order of opening, without those that failed at once.</summary>
    public List<FakeSocket> Servers { get; } = [];

    /// <summary>Connections of clients, in order of opening.</summary>
    public List<FakeSocket> Clients { get; } = [];

    /// <summary>What a server sends for a request, piece by piece (null: its end); null if it stays silent.</summary>
    public Func<FakeSocket, Message, IEnumerable<byte[]?>?> OnRequest { get; set; } = (_, _) => [Ok("hello")];

    public static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    public static byte[] Ok(string body, string fields = "") => Bytes($"HTTP/1.1 200 OK\r\n{fields}Content-Length: {body.Length}\r\n\r\n{body}");

    public static string Get(string path, string fields = "") => $"GET {path} HTTP/1.1\r\nHost: h\r\n{fields}\r\n";

    public static SockAddr ClientAddress(int number) => SockAddr.From(new IPAddress([192, 0, 2, (byte)number]), 40000);

    /// <summary>A client connects.</summary>
    public FakeSocket Connect(int number = 1)
    {
        Network.AddToBacklog(ClientAddress(number));
        Run();
        Clients.Add(Network.All.Last(socket => socket.Peer.Port == 40000));
        return Clients[^1];
    }

    /// <summary>A client connects and sends these bytes.</summary>
    public FakeSocket Connect(string bytes)
    {
        FakeSocket client = Connect();
        Send(client, bytes);
        return client;
    }

    /// <summary>A client connects to this worker and sends these bytes.</summary>
    public FakeSocket ConnectTo(int worker, string bytes, int number = 1)
    {
        FakeSocket client = Network.OpenClient(ClientAddress(number));
        Group.Limits.Enter(client.Peer);
        Connections(_workers[worker])++;
        Clients.Add(client);
        client.Send(Bytes(bytes));
        _workers[worker].Post(new Mail(MailKind.Adopt, client.Fd, client.Peer));
        Run();
        return client;
    }

    /// <summary>Notifies the workers of a new pool snapshot.</summary>
    public void NotifyPoolChanged()
    {
        Array.ForEach(_workers, worker => worker.PostPoolChanged());
        Run();
    }

    public void Send(FakeSocket peer, string bytes)
    {
        peer.Send(Bytes(bytes));
        Run();
    }

    public void Post(Mail mail)
    {
        Worker.Post(mail);
        Poller.MailArrived = true;
        Run();
    }

    /// <summary>Runs ticks until there is nothing left to do but wait.</summary>
    public void Run()
    {
        // A tick that starts quiet may fire deadlines, which cause events: only two quiet ticks in a row mean that all is done.
        int quiet = 0;
        for (int i = 0; i < MaxSteps; i++)
        {
            RunTick();
            bool isQuiet = _pollers.All(poller => poller.IsQuiet) && !_workers.Any(HasMail);
            quiet = isQuiet && !Network.Pump() ? quiet + 1 : 0;
            if (quiet == 2)
            {
                return;
            }
        }
        Assert.Fail("the worker does not become idle");
    }

    /// <summary>Runs a tick of each worker.</summary>
    public void RunTick()
    {
        for (int i = 0; i < _workers.Length; i++)
        {
            _pollers[i].MailArrived |= HasMail(_workers[i]);
            _workers[i].Loop.RunTick();
        }
    }

    public void Advance(long milliseconds)
    {
        Clock.Advance(milliseconds);
        Run();
    }

    /// <summary>Runs until no deadline is left either: all open connections have been closed.</summary>
    public void RunToEnd()
    {
        Run();
        for (int i = 0; i < MaxSteps && NextDeadline() < int.MaxValue; i++)
        {
            Advance(NextDeadline());
        }
        Assert.Equal(int.MaxValue, NextDeadline());
    }

    /// <summary>Reasons logged since the last call.</summary>
    public List<FailureReason> Reasons()
    {
        var reasons = new List<FailureReason>();
        while (Log.TryRead(out FailureEvent failure))
        {
            reasons.Add(failure.Reason);
        }
        return reasons;
    }

    /// <summary>Everything ends by itself, and every pooled object has been returned exactly once.</summary>
    public void AssertNothingLeft()
    {
        RunToEnd();
        Assert.All(_workers, worker => Assert.Equal((0, 0, 0), (worker.Slab.InUse, worker.Slab.LargeInUse, worker.Connections)));
        Assert.All(_workers, worker => Assert.Equal((0, 0), (worker.Clients.IdleCount, worker.Rejected.IdleCount)));
        Assert.Equal((0, 0), (Group.Limits.Open, Group.Limits.Sockets));
        Assert.Equal(0, Pool.Waiting.Waiting);
        Assert.All(Group.Traffic.Workers, worker => Assert.Equal(0, worker.Waiting));
        Assert.All(Network.All, socket => Assert.True(socket.IsClosed));
        Assert.All(Pool.Current.Servers, server => Assert.Equal(0, server.Load.InFlight));
        Assert.Equal(SpareExchanges(Worker).Count, SpareExchanges(Worker).Distinct().Count());
        Assert.Equal(SpareClients(Worker).Count, SpareClients(Worker).Distinct().Count());
        Assert.Equal(SpareServers(Worker.Upstreams).Count, SpareServers(Worker.Upstreams).Distinct().Count());
    }

    public int SpareExchangeCount => SpareExchanges(Worker).Count;

    public void Dispose() => Array.ForEach(_workers, worker => worker.Dispose());

    /// <summary>Milliseconds until the next deadline of a worker.</summary>
    private int NextDeadline() => _pollers.Min(poller => poller.Timeout < 0 ? int.MaxValue : poller.Timeout);

    private static bool HasMail(Worker worker) => IsSignalled(MailboxOf(worker)) != 0;

    private static ImmutableArray<IPEndPoint> EndPoints(int server, int addresses) =>
        [.. Enumerable.Range(0, addresses).Select(address => new IPEndPoint(new IPAddress([10, 0, (byte)address, (byte)(server + 1)]), 8000))];

    private void Respond(FakeSocket socket)
    {
        if (!Servers.Contains(socket))
        {
            return;
        }
        List<Message> requests = Message.Requests(socket.TakenText);
        int whole = requests.Count(request => request.IsWhole);
        for (int i = _responded.GetValueOrDefault(socket); i < whole; i++)
        {
            _responded[socket] = i + 1;
            if (OnRequest(socket, requests[i]) is { } pieces)
            {
                socket.Plan(pieces);
            }
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_mailbox")]
    private static extern ref Mailbox<Mail> MailboxOf(Worker worker);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_isSignalled")]
    private static extern ref int IsSignalled(Mailbox<Mail> mailbox);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_connections")]
    private static extern ref int Connections(Worker worker);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_spareExchanges")]
    private static extern ref Stack<Exchange> SpareExchanges(Worker worker);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_spareClients")]
    private static extern ref Stack<Http1ClientConnection> SpareClients(Worker worker);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_spare")]
    private static extern ref Stack<Http1ServerConnection> SpareServers(UpstreamPool pool);
}

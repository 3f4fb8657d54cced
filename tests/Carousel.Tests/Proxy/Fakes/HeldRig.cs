using Carousel.Core.Events;
using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Carousel.Core.Sessions;
using Carousel.Engine;
using Carousel.Tests.Sessions;
using Xunit;

namespace Carousel.Tests.Proxy.Fakes;

/// <summary>A <see cref="Fakes.Rig"/> whose servers have a request limit and respond only when the test calls <see cref="Respond"/>.</summary>
internal sealed class HeldRig : IDisposable
{
    private readonly List<(int Server, Message Request, FakeSocket Socket)> _held = [];

    public HeldRig(EngineOptions? options = null, int servers = 1, int max = 1, int workers = 1, SessionOptions? sessions = null, PoolOptions? pool = null)
    {
        SessionChannel? channel = sessions is null ? null : new SessionChannel(sessions, SessionSamples.Keys(SessionRig.Key), workers);
        Rig = new Rig(options, servers, sessions: channel, workers: workers, pool: pool)
        {
            OnRequest = (socket, request) =>
            {
                Requests.Add((SessionRig.ServerOf(socket), request));
                _held.Add((SessionRig.ServerOf(socket), request, socket));
                return null;
            },
        };
        var membership = Rig.Pool.Membership;
        foreach (Server server in Rig.Pool.Current.Servers)
        {
            membership.SetMax(server.Tag, max);
        }
        Rig.NotifyPoolChanged();
    }

    public Rig Rig { get; }

    /// <summary>Requests that servers received, with the server's slot, in order of arrival.</summary>
    public List<(int Server, Message Request)> Requests { get; } = [];

    /// <summary>The paths of <see cref="Requests"/>.</summary>
    public IEnumerable<string> Paths => Requests.Select(received => PathOf(received.Request));

    /// <summary>Requests that wait for a server with room.</summary>
    public int Waiting => (int)Rig.Group.Traffic.Workers.Sum(worker => worker.Waiting);

    /// <summary>Requests that a server has received and not responded to.</summary>
    public int Held => _held.Count(held => !held.Socket.IsClosed);

    public static string PathOf(Message request) => request.FirstLine.Split(' ')[1];

    /// <summary>A client connects and sends a request for this path.</summary>
    public FakeSocket Ask(string path, string fields = "", int worker = 0) => Rig.ConnectTo(worker, Rig.Get(path, fields));

    /// <summary>Responds to the oldest held request, of this server if one is given; false if there is none.</summary>
    public bool Respond(int? server = null)
    {
        _held.RemoveAll(held => held.Socket.IsClosed);
        int index = _held.FindIndex(held => server is null || held.Server == server);
        if (index < 0)
        {
            return false;
        }
        FakeSocket socket = _held[index].Socket;
        _held.RemoveAt(index);
        socket.Send(Rig.Ok("hello"));
        Rig.Run();
        return true;
    }

    public void RespondToAll()
    {
        while (Respond())
        {
        }
    }

    /// <summary>Sets a server's probe result and notifies the workers.</summary>
    public void SetHealth(int server, bool healthy)
    {
        Rig.Pool.Membership.SetHealth(Rig.Pool.Current.Servers[server].Tag, healthy);
        Rig.NotifyPoolChanged();
    }

    /// <summary>The Cookie field of the session with this number, bound to this server.</summary>
    public string Cookie(int session, int server) => SessionRig.CookieLine(SessionSamples.Cookie(
        new SessionTicket(SessionSamples.Id((ulong)session), Rig.Pool.Current.Servers[server].Tag, (uint)Rig.Clock.UnixSeconds, SessionRig.Key.Id),
        SessionRig.Key));

    public static Message Only(FakeSocket client, string method = "GET") => Assert.Single(Message.Responds(client.TakenText, [method], client.EndSent));

    public static void AssertShed(Message response, string reason) =>
        Assert.Equal((503, reason, "1"), (response.Status, response.Field("X-Carousel-Reason"), response.Field("Retry-After")));

    public List<FailureEvent> Failures()
    {
        var failures = new List<FailureEvent>();
        while (Rig.Log.TryRead(out FailureEvent failure))
        {
            failures.Add(failure);
        }
        return failures;
    }

    public void Dispose()
    {
        RespondToAll();
        Rig.AssertNothingLeft();
        Rig.Dispose();
    }
}

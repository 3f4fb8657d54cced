using System.Text;
using Carousel.Core.Pools;
using Carousel.Core.Sessions;
using Carousel.Engine;
using Carousel.Engine.Sessions;
using Carousel.Tests.Sessions;
using Xunit;

namespace Carousel.Tests.Proxy.Fakes;

/// <summary>A <see cref="Proxy.Fakes.Rig"/> with sessions on. Records the requests that servers received and what was written to the store.</summary>
internal sealed class SessionRig : IDisposable
{
    public const string CookieName = "LB_SESSION";

    public SessionRig(SessionOptions? options = null, int servers = 1, EngineOptions? engine = null)
    {
        Options = options ?? new SessionOptions();
        Channel = new SessionChannel(Options, SessionSamples.Keys(Key), workers: 1);
        Rig = new Rig(engine, servers, sessions: Channel)
        {
            OnRequest = (socket, request) =>
            {
                Requests.Add((ServerOf(socket), request));
                return OnRequest(request);
            },
        };
    }

    public static SessionKey Key { get; } = SessionSamples.Key(7);

    public SessionOptions Options { get; }
    public SessionChannel Channel { get; }
    public Rig Rig { get; }
    public SessionQueue Queue => Channel.Queues[0];
    public SessionCounters Counters => Channel.Counters[0];
    public PoolSnapshot Pool => Rig.Pool.Current;
    public uint Now => (uint)Rig.Clock.UnixSeconds;

    /// <summary>Requests that servers received, with the server's slot, in order of arrival.</summary>
    public List<(int Server, Message Request)> Requests { get; } = [];

    public (int Server, Message Request) Last => Requests[^1];

    /// <summary>X-Session-Id of the last request that a server received.</summary>
    public string? LastId => Last.Request.Field("X-Session-Id");

    /// <summary>What a server responds, as <see cref="Fakes.Rig.OnRequest"/>.</summary>
    public Func<Message, IEnumerable<byte[]?>?> OnRequest { get; set; } = _ => [Rig.Ok("hello")];

    public static SessionRig Sticky(int servers) => new(new SessionOptions { Mode = SessionMode.Sticky }, servers);

    /// <summary>The slot of the server that a connection leads to.</summary>
    public static int ServerOf(FakeSocket socket) => socket.Peer.AddressBytes[3] - 1;

    public static string CookieLine(string? cookie) => cookie is null ? "" : $"Cookie: {CookieName}={cookie}\r\n";

    /// <summary>The value of the session cookie that this response sets; null if it sets none.</summary>
    public static string? CookieOf(Message response)
    {
        string? line = response.Field("Set-Cookie");
        Assert.Equal(line is null, response.Field("Cache-Control") is null);
        return line?.Split(';')[0][(CookieName.Length + 1)..];
    }

    /// <summary>Decodes and verifies a session cookie.</summary>
    public static SessionTicket Read(string cookie)
    {
        byte[] signed = new byte[SessionTicket.SignedBytes];
        Assert.True(SessionCookie.TryDecode(Encoding.ASCII.GetBytes(cookie), signed));
        Assert.Equal(CookieVerdict.Valid, SessionCookie.Verify(signed, SessionSamples.Keys(Key), 0, 0, out SessionTicket ticket));
        return ticket;
    }

    /// <summary>A valid cookie of the session with this number, bound to this server.</summary>
    public string Cookie(ulong session, int server = 0, long age = 0) =>
        SessionSamples.Cookie(new SessionTicket(SessionSamples.Id(session), Pool.Servers[server].Tag, (uint)(Now - age), Key.Id), Key);

    /// <summary>Sends one request over a connection of its own and returns the response.</summary>
    public Message Ask(string? cookie = null, string fields = "", string method = "GET", string version = "1.1", string body = "")
    {
        string length = body.Length == 0 ? "" : $"Content-Length: {body.Length}\r\n";
        FakeSocket client = Rig.Connect($"{method} / HTTP/{version}\r\nHost: h\r\n{CookieLine(cookie)}{fields}{length}\r\n{body}");
        return Message.Responds(client.TakenText, [method], client.EndSent)[^1];
    }

    /// <summary>The store updates queued since the last call.</summary>
    public List<EventCopy> StoreUpdates() => Tests.Sessions.EventCopy.Drain(Queue);

    /// <summary>Nothing more can be queued until <see cref="StoreUpdates"/> is called.</summary>
    public void FillQueue()
    {
        while (Queue.TryWrite(new SessionEvent { Id = default, ServerTag = 0, CreatedAt = 0, SeenAt = 0, Requests = 0 }))
        {
        }
    }

    /// <summary>Advances past the flush interval of unsaved updates.</summary>
    public void AdvanceFlushInterval() => Rig.Advance(SessionAffinity.FlushIntervalMs + 100);

    public void Dispose()
    {
        Rig.AssertNothingLeft();
        Rig.Dispose();
    }
}

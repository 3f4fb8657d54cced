using Carousel.Core.Sessions;
using Carousel.Tests.Proxy.Fakes;
using Carousel.Tests.Sessions;
using Xunit;

namespace Carousel.Tests.Proxy;

/// <summary>
/// Each call of a conversation fails once, in each way. The client gets a complete response or a closed connection, no server gets a non-idempotent request
/// twice, and every pooled object is returned.
/// </summary>
public sealed class FaultTests
{
    private static readonly string Large = new('x', 20_000);

    public static TheoryData<string> Conversations => new(Plays.Keys);

    private static Dictionary<string, Action<Conversation>> Plays { get; } = new()
    {
        ["keep-alive"] = c => c.Ask("GET /1").Ask("GET /2").Ask("POST /3", "some body").Ask("HEAD /4").Ask("POST /5", "more").Ask("PUT /6", "even more"),
        ["close"] = c => c.Ask("GET /1").Ask("GET /2", fields: "Connection: close\r\n"),
        ["chunked"] = c => c.Responds("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "5\r\nhello\r\n", "0\r\n\r\n").Ask("GET /1").Ask("DELETE /2").Ask("POST /3"),
        ["until close"] = c => c.Responds("HTTP/1.1 200 OK\r\n\r\n", "hel", "lo", null).Ask("GET /1").Ask("POST /2", "b").Ask("GET /3"),
        ["until close, 1.0"] = c => c.Responds("HTTP/1.1 200 OK\r\n\r\n", "hel", "lo", null).Ask("GET /1", version: "1.0"),
        ["interim"] = c => c.Responds("HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe", "llo").Ask("PUT /1", "body").Ask("POST /2", "b").Ask("GET /3"),
        ["slow sends"] = c => c.InPieces(7).Ask("GET /1").Ask("POST /2", "a body to be sent").Ask("PUT /3", "another"),
        ["large"] = c => c.InPieces(5000).Responds($"HTTP/1.1 200 OK\r\nContent-Length: {Large.Length}\r\n\r\n", Large[..9000], Large[9000..]).Ask("POST /1", Large).Ask("PUT /2", Large),
        ["spliced"] = c => c.Splicing().InPieces(5000).Responds($"HTTP/1.1 200 OK\r\nContent-Length: {Large.Length}\r\n\r\n", Large[..9000], Large[9000..]).Ask("POST /1", Large).Ask("PUT /2", Large),
        ["tunnel"] = c => c.Responds("HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nhi", "there", null).Upgrade(),
    };

    [Theory]
    [MemberData(nameof(Conversations))]
    public void Conversation_WithoutFault_IsServed(string name)
    {
        var conversation = new Conversation(0, Fault.Reset, 2, 1, isSticky: true);
        Plays[name](conversation);
        conversation.Check();
        Assert.DoesNotContain("X-Carousel-Reason", conversation.Client.TakenText);
    }

    [Theory]
    [MemberData(nameof(Conversations))]
    public void Conversation_AnyCallFails_InvariantsHold(string name) => FailEachCall(name, isSticky: false);

    [Theory]
    [MemberData(nameof(Conversations))]
    public void Conversation_StickySessionAnyCallFails_InvariantsHold(string name) => FailEachCall(name, isSticky: true);

    private static void FailEachCall(string name, bool isSticky)
    {
        foreach (Fault fault in Enum.GetValues<Fault>())
        {
            foreach ((int servers, int addresses) in new[] { (1, 1), (2, 2) })
            {
                int calls = int.MaxValue;
                for (int at = 2; at <= calls; at++)
                {
                    var conversation = new Conversation(at, fault, servers, addresses, isSticky);
                    try
                    {
                        Plays[name](conversation);
                        conversation.Check();
                    }
                    catch (Exception e)
                    {
                        throw new InvalidOperationException($"call {at}: {conversation.Rig.Network.Failed}, {servers} servers: {e.Message}\n{conversation.Client.TakenText}", e);
                    }
                    calls = conversation.Rig.Network.FailedSocket is null ? 0 : calls;
                }
            }
        }
    }

    private sealed class Conversation
    {
        private readonly List<string> _methods = [];
        private List<string?> _response = ["HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "hello"];
        private readonly string _cookie = "";
        private FakeSocket? _client;
        private int _room = int.MaxValue;

        public Conversation(int faultAt, Fault fault, int servers, int addresses, bool isSticky)
        {
            SessionChannel? sessions = isSticky
                ? new SessionChannel(new SessionOptions { Mode = SessionMode.Sticky }, SessionSamples.Keys(SessionRig.Key), workers: 1)
                : null;
            Rig = new Rig(servers: servers, addresses: addresses, sessions: sessions) { OnRequest = (_, request) => Pieces(request) };
            if (isSticky)
            {
                var ticket = new SessionTicket(SessionSamples.Id(1), Rig.Pool.Current.Servers[0].Tag, (uint)Rig.Clock.UnixSeconds, SessionRig.Key.Id);
                _cookie = SessionRig.CookieLine(SessionSamples.Cookie(ticket, SessionRig.Key));
            }
            Rig.Network.Fault = fault;
            Rig.Network.FaultAt = faultAt;
            Rig.Network.Connected = server =>
            {
                server.Room = server.RoomAtATime = _room;
                Rig.Servers.Add(server);
            };
        }

        public Rig Rig { get; }

        public FakeSocket Client => _client ??= Open();

        private bool ClientFailed => ReferenceEquals(Rig.Network.FailedSocket, Client);

        private string Body { get; set; } = "hello";

        public Conversation Responds(params string?[] pieces)
        {
            _response = [.. pieces];
            Body = pieces.Contains(Large[..9000]) ? Large : "hello";
            return this;
        }

        public Conversation InPieces(int room)
        {
            _room = room;
            return this;
        }

        public Conversation Splicing()
        {
            Rig.Worker.SpliceFrom = 1000;
            Rig.Worker.SpliceLeast = 500;
            return this;
        }

        public Conversation Ask(string request, string body = "", string fields = "", string version = "1.1")
        {
            if (Client.EndSent)
            {
                return this;
            }
            string method = request.Split(' ')[0];
            _methods.Add(method);
            int[] before = [.. Rig.Servers.Select(server => server.Taken.Length)];
            string length = body.Length > 0 ? $"Content-Length: {body.Length}\r\n" : "";
            Rig.Send(Client, $"{request} HTTP/{version}\r\nHost: h\r\n{_cookie}{fields}{length}\r\n{body}");
            WaitForResponse();
            CheckSendings(method, before);
            return this;
        }

        public Conversation Upgrade()
        {
            Rig.Send(Client, $"GET /ws HTTP/1.1\r\nHost: h\r\n{_cookie}Connection: upgrade\r\nUpgrade: x\r\n\r\n");
            Rig.Send(Client, "up");
            Client.Finish();
            Rig.Run();
            return this;
        }

        /// <summary>Must hold for every fault.</summary>
        public void Check()
        {
            if (_methods.Count > 0)
            {
                CheckResponses();
            }
            Rig.AssertNothingLeft();
            Assert.All(Rig.Network.All, socket => Assert.True(socket.IsClosed));
            Rig.Dispose();
        }

        private void CheckResponses()
        {
            List<Message> responses = [.. Message.Responds(Client.TakenText, _methods, Client.EndSent && !Client.WasAborted).Where(response => response.Status is 0 or >= 200)];
            for (int i = 0; i < responses.Count; i++)
            {
                // If the end of the connection ends the body, truncation can't be detected.
                bool isCutUnseen = _response.Contains(null) && Rig.Network.Fault == Fault.End && Body.StartsWith(responses[i].Body, StringComparison.Ordinal);
                bool isWhole = responses[i].IsWhole && (responses[i].Body == Body || isCutUnseen || _methods[i] == "HEAD" || responses[i].Field("X-Carousel-Reason") is not null);
                Assert.True(isWhole || ClientFailed || (i == responses.Count - 1 && !responses[i].IsWhole && Client.IsClosed), $"response {i} is truncated but looks complete");
            }
            Assert.True(ClientFailed || responses.Count == _methods.Count, "a request has no response");
        }

        private FakeSocket Open()
        {
            FakeSocket client = Rig.Connect();
            client.Room = client.RoomAtATime = _room;
            return client;
        }

        private IEnumerable<byte[]?> Pieces(Message request) => _response
            .Where(piece => piece is null || !request.Head.StartsWith("HEAD", StringComparison.Ordinal) || piece.StartsWith("HTTP", StringComparison.Ordinal))
            .Select(piece => piece is null ? null : Rig.Bytes(piece));

        /// <summary>Waits longer than the longest timeout if nothing arrives; returns as soon as it does.</summary>
        private void WaitForResponse()
        {
            for (int seconds = 0; seconds < 200 && !Client.EndSent; seconds++)
            {
                List<Message> responses = Message.Responds(Client.TakenText, _methods, ended: false);
                if (responses.Count(response => response.Status >= 200 && response.IsWhole) == _methods.Count)
                {
                    return;
                }
                Rig.Advance(1000);
            }
            Assert.True(Client.EndSent || ClientFailed, "neither a response nor a closed connection");
        }

        private void CheckSendings(string method, int[] before)
        {
            int[] reached = [.. Rig.Servers.Select((server, i) => (server, i)).Where(s => s.server.Taken.Length > before.ElementAtOrDefault(s.i)).Select(s => s.i)];
            bool isIdempotent = method != "POST";
            Assert.True(reached.Length <= (isIdempotent ? 2 : 1), $"{method} was sent {reached.Length} times");
            bool wasKept = reached.Length == 2 && reached[0] < before.Length && before[reached[0]] > 0;
            bool isElsewhere = reached.Length < 2 || SessionRig.ServerOf(Rig.Servers[reached[0]]) != SessionRig.ServerOf(Rig.Servers[reached[1]]);
            Assert.True(wasKept || isElsewhere, $"{method} was retried on a server that took it on a new connection");
        }
    }
}

using Carousel.Core.Sessions;
using Carousel.Tests.Proxy.Fakes;
using Carousel.Tests.Sessions;
using CsCheck;
using Xunit;

namespace Carousel.Tests.Proxy;

/// <summary>
/// Several clients and servers act at random, in any order. No client receives another's response, and at the end every pooled object is returned.
/// </summary>
public sealed class SimulationTests
{
    private const int Clients = 4;

    private enum Act
    {
        Ask,
        AskTwice,
        Upload,
        AskInPieces,
        Wait,
        WaitLong,
        TakeSlowly,
        TakeAll,
        ServerSlow,
        ServerCutsItsResponse,
        ServerResets,
        ServerIsFull,
        ServersRefuse,
        ClientFinishes,
        ClientResets,
    }

    private static readonly Gen<(Act Act, int Who, int How)[]> Plays =
        Gen.Select(Gen.Enum<Act>(), Gen.Int[0, Clients - 1], Gen.Int[0, 10_000]).Array[1, 60];

    [Theory]
    [InlineData(SessionMode.Off)]
    [InlineData(SessionMode.Shared)]
    [InlineData(SessionMode.Sticky)]
    public void AnySequence_NoClientGetsAnothersBytes_NothingIsLeft(SessionMode mode) => Plays.Sample(play => new Play(mode).Run(play), iter: 1_500, threads: 1);

    /// <summary>Byte by byte is too slow for as many.</summary>
    [Fact]
    public void AnySequence_OverStreamsOfAnyOddity_NoClientGetsAnothersBytesAndNothingIsLeft() =>
        Plays.Sample(play => new Play(SessionMode.Off, isOdd: true).Run(play), iter: 1_500, threads: 1);

    private sealed class Play
    {
        private readonly Rig _rig;
        private readonly SessionMode _mode;
        private readonly FakeSocket?[] _clients = new FakeSocket?[Clients];
        private readonly List<string>[] _paths = [.. Enumerable.Range(0, Clients).Select(_ => new List<string>())];
        private int _requests, _pieces = 1, _framing, _refusals;

        public Play(SessionMode mode, bool isOdd = false)
        {
            _mode = mode;
            _rig = new Rig(servers: 2, addresses: 2, sessions: mode == SessionMode.Off ? null
                : new SessionChannel(new SessionOptions { Mode = mode }, SessionSamples.Keys(SessionRig.Key), workers: 1));
            _rig.Worker.SpliceFrom = 500;
            if (isOdd)
            {
                int streams = 0;
                _rig.Network.Streams = network => new OddStream(network, (Oddity)(streams++ % 16) & ~Oddity.ByteByByte);
            }
            _rig.OnRequest = (_, request) =>
            {
                string path = request.FirstLine.Split(' ')[1];
                CheckSession(path, request);
                return Split(Respond(path, request.Body), _pieces);
            };
            _rig.Network.OnConnect = _ => _refusals-- > 0 ? -Carousel.Engine.Linux.Errno.ECONNREFUSED : 0;
        }

        public void Run((Act Act, int Who, int How)[] play)
        {
            foreach ((Act act, int who, int how) in play)
            {
                _framing = how;
                Step(act, who, how);
                _rig.Worker.Loop.RunTick();
                if (how % 3 == 0)
                {
                    _rig.Network.Pump();
                }
            }
            _rig.Network.All.ForEach(socket => socket.RoomAtATime = int.MaxValue);
            _rig.Network.All.ForEach(socket => socket.MakeRoom(int.MaxValue));
            _rig.AssertNothingLeft();
            for (int i = 0; i < Clients; i++)
            {
                Check(i);
            }
            _rig.Dispose();
        }

        private void Step(Act act, int who, int how)
        {
            FakeSocket server = _rig.Servers.Count > 0 ? _rig.Servers[how % _rig.Servers.Count] : new FakeSocket(-1, default);
            switch (act)
            {
                case Act.Ask or Act.AskTwice:
                    Send(who, string.Concat(Enumerable.Range(0, act == Act.Ask ? 1 : 2).Select(_ => Rig.Get(NewPath(who), Cookie(who)))), 1);
                    break;
                case Act.Upload:
                    string body = new('u', how);
                    Send(who, $"{(how % 2 == 0 ? "PUT" : "POST")} {NewPath(who)} HTTP/1.1\r\nHost: h\r\n{Cookie(who)}Content-Length: {body.Length}\r\n\r\n{body}", 1 + how % 5);
                    break;
                case Act.AskInPieces:
                    Send(who, Rig.Get(NewPath(who), Cookie(who)), 2 + how % 20);
                    break;
                case Act.Wait:
                    _rig.Advance(how % 700);
                    break;
                case Act.WaitLong:
                    _rig.Advance(how * 10);
                    break;
                case Act.TakeSlowly:
                    Client(who).RoomAtATime = Client(who).Room = 1 + how % 50;
                    break;
                case Act.TakeAll:
                    Client(who).RoomAtATime = int.MaxValue;
                    Client(who).MakeRoom(int.MaxValue);
                    break;
                case Act.ServerSlow:
                    _pieces = 1 + how % 8;
                    break;
                case Act.ServerCutsItsResponse:
                    server.Finish();
                    break;
                case Act.ServerResets:
                    server.Reset();
                    break;
                case Act.ServerIsFull:
                    server.RoomAtATime = server.Room = how % 100;
                    break;
                case Act.ServersRefuse:
                    _refusals = how % 5;
                    break;
                case Act.ClientFinishes:
                    Client(who).Finish();
                    break;
                default:
                    Client(who).Reset();
                    break;
            }
        }

        /// <summary>A closed client is not replaced, so that its responses are one stream.</summary>
        private FakeSocket Client(int who) => _clients[who] ??= _rig.Connect();

        private void Send(int who, string bytes, int pieces)
        {
            FakeSocket client = Client(who);
            if (!client.PeerFinished && !client.WasReset)
            {
                client.Plan(Split(Rig.Bytes(bytes), pieces));
            }
        }

        private string NewPath(int who)
        {
            _paths[who].Add($"/c{who}n{_requests++}");
            return _paths[who][^1];
        }

        /// <summary>All but the first client have a session bound to one of the servers.</summary>
        private string Cookie(int who)
        {
            if (who == 0)
            {
                return "";
            }
            var ticket = new SessionTicket(
                SessionSamples.Id((ulong)who), _rig.Pool.Current.Servers[who % 2].Tag, (uint)_rig.Clock.UnixSeconds, SessionRig.Key.Id);
            return SessionRig.CookieLine(SessionSamples.Cookie(ticket, SessionRig.Key));
        }

        /// <summary>No request carries another client's session.</summary>
        private void CheckSession(string path, Message request)
        {
            string? id = request.Field("X-Session-Id");
            int who = path[2] - '0';
            Assert.Equal(_mode == SessionMode.Off, id is null);
            Assert.True(_mode == SessionMode.Off || who == 0 || id == SessionSamples.Id((ulong)who).ToString(), $"{path} carries session {id}");
        }

        private byte[] Respond(string path, string body)
        {
            string text = path + " " + new string('x', body.Length + _framing % 2000);
            return (_framing % 4) switch
            {
                0 => Rig.Bytes($"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{text.Length:x}\r\n{text}\r\n0\r\n\r\n"),
                1 => Rig.Ok(text, "Connection: close\r\n"),
                2 => [.. Rig.Bytes("HTTP/1.1 103 Early Hints\r\n\r\n"), .. Rig.Ok(text)],
                _ => Rig.Ok(text),
            };
        }

        private void Check(int who)
        {
            if (_clients[who] is not { } client)
            {
                return;
            }
            List<Message> responses = [.. Message.Responds(client.TakenText, _paths[who].Select(_ => "GET"), true).Where(response => response.Status is 0 or >= 200)];
            for (int i = 0; i < responses.Count; i++)
            {
                bool isOwn = responses[i].Field("X-Carousel-Reason") is not null;
                bool isCut = i == responses.Count - 1 && !responses[i].IsWhole;
                string wanted = _paths[who][i] + " ";
                Assert.True(isOwn || responses[i].Body.StartsWith(wanted) || (isCut && wanted.StartsWith(responses[i].Body)), $"client {who} requested {wanted} and got {responses[i]}");
                Assert.True(responses[i].IsWhole || isCut, "a truncated response is followed by another");
            }
        }

        private static IEnumerable<byte[]?> Split(byte[] bytes, int pieces) => bytes.Chunk(bytes.Length / pieces + 1);
    }
}

using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Carousel.Core.Sessions;
using Carousel.Engine.Linux;
using Carousel.Tests.Proxy.Fakes;
using CsCheck;
using Xunit;

namespace Carousel.Tests.Proxy;

/// <summary>After any sequence of events: when idle, no request waits while its server has room, and no server exceeds its limit.</summary>
public sealed class QueueProperties
{
    private const int Servers = 3, Queue = 8;

    private enum Act
    {
        Ask,
        AskWithSession,
        AskTwice,
        Respond,
        RespondSeveral,
        ServerCloses,
        ServerRefuses,
        ClientCloses,
        ServerGoesDown,
        ServersComeUp,
        MaxChanges,
        Wait,
    }

    private static readonly Gen<(Act Act, int How)[]> Plays = Gen.Select(Gen.Enum<Act>(), Gen.Int[0, 10_000]).Array[1, 80];

    [Theory]
    [InlineData(1, SessionMode.Off)]
    [InlineData(3, SessionMode.Off)]
    [InlineData(1, SessionMode.Sticky)]
    [InlineData(2, SessionMode.Sticky)]
    public void AnySequence_WhenIdle_NoRequestWaitsForAServerWithRoom(int workers, SessionMode mode) =>
        Plays.Sample(play => new Play(workers, mode).Run(play), iter: 400, threads: 1);

    private sealed class Play
    {
        private readonly HeldRig _rig;
        private readonly int _workers;
        private readonly bool _isSticky;
        private readonly List<(string Path, int Own, FakeSocket Client)> _sessions = [];
        private readonly bool[] _hasRefused = new bool[Servers];
        private readonly int[] _most = new int[Servers];
        private int _requests, _refusing = -1;

        public Play(int workers, SessionMode mode)
        {
            _workers = workers;
            _isSticky = mode == SessionMode.Sticky;
            _rig = new HeldRig(servers: Servers, max: 2, workers: workers, sessions: _isSticky ? new SessionOptions { Mode = mode } : null, pool: new PoolOptions { Queue = Queue });
            _rig.Rig.Network.OnConnect = to =>
            {
                bool refuses = to.AddressBytes[3] == _refusing + 1;
                _hasRefused[to.AddressBytes[3] - 1] |= refuses;
                return refuses ? -Errno.ECONNREFUSED : 0;
            };
        }

        public void Run((Act Act, int How)[] play)
        {
            foreach ((Act act, int how) in play)
            {
                Step(act, how);
                _rig.Rig.Run();
                Check();
            }
            _refusing = -1;
            _rig.Dispose();
        }

        private void Step(Act act, int how)
        {
            PoolSnapshot pool = _rig.Rig.Pool.Current;
            Server server = pool.Servers[how % Servers];
            switch (act)
            {
                case Act.Ask:
                    Ask(how, "");
                    break;
                case Act.AskWithSession:
                    Ask(how, _isSticky ? _rig.Cookie(1 + how, server.Slot) : "");
                    break;
                case Act.AskTwice:
                    Ask(how, "", Rig.Get("/again"));
                    break;
                case Act.Respond:
                    _rig.Respond();
                    break;
                case Act.RespondSeveral:
                    for (int i = 0; i < how % 5; i++)
                    {
                        _rig.Respond(server.Slot);
                    }
                    break;
                case Act.ServerCloses:
                    if (_rig.Rig.Servers.LastOrDefault(socket => !socket.IsClosed) is { } connection)
                    {
                        connection.Finish();
                    }
                    break;
                case Act.ServerRefuses:
                    _refusing = how % (Servers + 1) - 1;
                    break;
                case Act.ClientCloses:
                    if (_rig.Rig.Clients.LastOrDefault(client => !client.IsClosed) is { } closing)
                    {
                        closing.Reset();
                    }
                    break;
                case Act.ServerGoesDown:
                    _rig.SetHealth(server.Slot, false);
                    break;
                case Act.ServersComeUp:
                    foreach (Server other in pool.Servers)
                    {
                        _rig.SetHealth(other.Slot, true);
                    }
                    break;
                case Act.MaxChanges:
                    server.Entry = server.Entry with { MaxRequests = 1 + how % 4 };
                    _rig.Rig.NotifyPoolChanged();
                    break;
                default:
                    _rig.Rig.Advance(how % 700);
                    break;
            }
        }

        private void Ask(int how, string cookie, string more = "")
        {
            FakeSocket client = _rig.Rig.ConnectTo(how % _workers, Rig.Get($"/{_requests}", cookie) + more);
            if (cookie.Length > 0)
            {
                _sessions.Add(($"/{_requests}", how % Servers, client));
            }
            _requests++;
        }

        private void Check()
        {
            PoolSnapshot pool = _rig.Rig.Pool.Current;
            bool anyQueued = _rig.Rig.Group.Workers.Any(worker => worker.Queue.WaitsSince != long.MaxValue);
            Assert.False(anyQueued && pool.Servers.Any(server => pool.TakesNewTraffic(server) && server.Load.MayTake(0)), "requests wait although there is room");
            var received = _rig.Paths.ToHashSet();
            foreach ((string path, int own, FakeSocket client) in _sessions)
            {
                bool waits = !client.IsClosed && !client.WasReset && client.Taken.IsEmpty && !received.Contains(path);
                Assert.False(waits && !_hasRefused[own] && pool.CanServe(pool.Servers[own]) && pool.Servers[own].Load.MayTake(0), "a session's request waits although its server has room");
            }
            Assert.InRange(_rig.Waiting, 0, Queue);
            foreach (Server server in pool.Servers)
            {
                // A lowered limit applies to later requests only.
                Assert.InRange(server.Load.InFlight, 0, Math.Max(server.Load.Max, _most[server.Slot]));
                _most[server.Slot] = server.Load.InFlight;
            }
        }
    }
}

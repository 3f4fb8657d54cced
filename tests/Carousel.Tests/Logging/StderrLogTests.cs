using System.Collections.Concurrent;
using System.Text;
using Carousel.Control.Telemetry;
using Carousel.Core.Config;
using Carousel.Core.Events;
using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Carousel.Core.Telemetry;
using Carousel.Logging;
using Carousel.Tests.Harness;
using Xunit;

namespace Carousel.Tests.Logging;

public sealed class StderrLogTests : IDisposable
{
    private static readonly FailureEvent NoServer = new(FailureReason.NoServer, "choosing a server", null, 0);

    private const string Line = "error no-server: there is no server while choosing a server";

    private readonly FailureLog _failures = new();
    private readonly ManualTime _time = new();
    private readonly Pool _pool = TestPool.Of(PoolBuilder.Build([]));
    private readonly StringBuilder _written = new();
    private readonly EventLog _events;
    private readonly StderrLog _log;

    public StderrLogTests() => _log = new StderrLog(_failures, line => _written.Append(Text(line)), _time, _events = new EventLog(_time), _pool, clientsToo: false);

    public void Dispose() => _log.Dispose();

    [Fact]
    public void Info_IsWrittenWithTimeAndLevel()
    {
        _log.Info("hello");

        Assert.Equal("2026-11-23T16:30:00Z info hello\n", _written.ToString());
    }

    [Fact]
    public void Pump_ServerUpdates_AreEventsToo()
    {
        Server server = TestPool.Servers(ServersParser.Parse("10.0.0.2 name=blue").Servers)[0];
        _failures.Write(new ServerNews(server, FailureReason.ConnectRefused, 0, Failures: 3, Requests: 0, EjectedMs: 1000));
        _failures.Write(new ServerNews(server, FailureReason.None, 200, 0, 0, EjectedMs: 0));
        _log.Pump();
        _log.About(server, EventLevel.Warning, "is down: connect-refused (3 probes)");
        _log.Error("servers.txt:3:18: expected a port");

        Assert.Contains(" warn server http://10.0.0.2:80 (blue) is ejected for 1s: connect-refused x3\n", _written.ToString());
        Assert.Contains(" warn server http://10.0.0.2:80 (blue) is down: connect-refused (3 probes)\n", _written.ToString());
        (EventLevel, string?, string)[] expected =
        [
            (EventLevel.Warning, "blue", "is ejected for 1s: connect-refused x3"),
            (EventLevel.Good, "blue", "is back: its trial succeeded"),
            (EventLevel.Warning, "blue", "is down: connect-refused (3 probes)"),
            (EventLevel.Error, null, "servers.txt:3:18: expected a port"),
        ];
        Assert.Equal(expected, _events.After(0).Select(logged => (logged.Level, logged.Server, logged.Text)));
    }

    [Fact]
    public void About_LastServerDown_LogsOutageAndRecovery()
    {
        var membership = TestPool.Of("10.0.0.1\n10.0.0.2", TestPool.Probed).Membership;
        var lines = new List<LogLine>();
        using var log = new StderrLog(_failures, lines.Add, _time, _events, membership.Pool, clientsToo: false);
        foreach (Server server in membership.Pool.Current.Servers)
        {
            membership.SetHealth(server.Tag, false);
            log.About(server, EventLevel.Warning, "is down");
        }
        membership.SetHealth(membership.Pool.Current.Servers[0].Tag, true);
        log.About(membership.Pool.Current.Servers[0], EventLevel.Good, "is up again");

        Assert.Equal(
            [EventLevel.Warning, EventLevel.Warning, EventLevel.Error, EventLevel.Good, EventLevel.Good], lines.Select(line => line.Level));
        Assert.Equal("no request can be served: all 2 servers are down", lines[2].Message);
    }

    [Fact]
    public void Pump_Repeats_AreWrittenAfterASecond()
    {
        Write(3);
        _log.Pump();
        Assert.Equal($"2026-11-23T16:30:00Z {Line}\n", _written.ToString());

        _time.Advance(TimeSpan.FromSeconds(1));
        _log.Pump();
        Assert.EndsWith($"\n2026-11-23T16:30:01Z {Line} x2\n", _written.ToString());
    }

    [Fact]
    public void Pump_MoreThanFit_CountsTheLost()
    {
        Write(FailureLog.Capacity + 5);
        _time.Advance(TimeSpan.FromSeconds(1));
        _log.Pump();

        Assert.Contains($" {Line} x{FailureLog.Capacity - 1}\n", _written.ToString());
        Assert.EndsWith(" error 5 more failures not logged: too many at once\n", _written.ToString());
    }

    [Fact]
    public void Dispose_WritesTheRestAndNothingAfter()
    {
        Write(2);
        _log.Dispose();
        _log.Info("too late");

        Assert.Equal($"2026-11-23T16:30:00Z {Line}\n2026-11-23T16:30:00Z {Line}\n", _written.ToString());
    }

    [Fact]
    public void Start_Failure_IsWrittenByTheLogThread()
    {
        using var lines = new BlockingCollection<string>();
        using var log = new StderrLog(_failures, line => lines.Add(Text(line)), _time, _events, _pool, clientsToo: false);
        log.Start();
        Write(1);

        Assert.True(lines.TryTake(out string? line, TimeSpan.FromSeconds(20)));
        Assert.Equal($"2026-11-23T16:30:00Z {Line}\n", line);
    }

    private string Text(LogLine line) => Encoding.UTF8.GetString(new LogLineFormat(isJson: false, _time).Format(line));

    private void Write(int times)
    {
        for (int i = 0; i < times; i++)
        {
            _failures.Write(NoServer);
        }
    }
}

using Carousel.Control.Telemetry;
using Carousel.Core.Health;
using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Carousel.Core.Telemetry;
using Carousel.Tests.Harness;
using Xunit;

namespace Carousel.Tests.Telemetry;

/// <summary>Why a server is in its state, and when it entered it.</summary>
public class StateReasonTests
{
    private readonly ManualTime _time = new();
    private readonly Sample _sample = new("""
        http://10.0.0.1 name=blue max=1
        http://10.0.0.2 name=green drain
        http://10.0.0.3 name=red weight=0
        http://10.0.0.4 name=grey backup
        http://10.0.0.5
        http://10.0.0.6
        http://10.0.0.7
        """);

    [Fact]
    public void Of_ServerUp_IsNull() => Assert.Null(Of("blue"));

    [Fact]
    public void Of_ConfiguredState_HasItsReason()
    {
        Assert.Equal(new StateReason(null, "drained: no new sessions"), Of("green"));
        Assert.Equal(new StateReason(null, "weight is 0"), Of("red"));
        Assert.Equal(new StateReason(null, "backup, not needed"), Of("grey"));
        Assert.True(_sample["blue"].Load.TryEnter(Now));
        Assert.Equal(new StateReason("server-busy", "at its limit of requests in flight, max=1"), Of("blue"));
    }

    [Fact]
    public void Of_ServerDown_IsTheLastProbeResult()
    {
        _sample.Membership.SetHealth(_sample["blue"].Tag, false);
        Assert.Equal(new StateReason(null, "probes fail"), Of("blue"));
        Probe("blue", new ProbeResult("status 503", Status: 503), "HTTP 503 from /healthz");
        Probe("blue", new ProbeResult("status 503", Status: 503), "HTTP 503 from /healthz");
        Assert.Equal(new StateReason("bad-status", "HTTP 503 from /healthz, 2 probes in a row"), Of("blue"));
        Probe("blue", ProbeResult.Failed(FailureReason.ConnectRefused), "connection refused");
        Assert.Equal(new StateReason("connect-refused", "connection refused, 3 probes in a row"), Of("blue"));
        Probe("blue", ProbeResult.Good, "as expected from /healthz");
        Assert.Equal("as expected from /healthz, but only 1 in a row so far", Of("blue")!.Value.Text);
    }

    [Fact]
    public void Of_ServerEjected_IsTheFailures()
    {
        Eject("grey", (breaker, server) => breaker.OnFailure(server, server.Load.Breaker.Epoch, FailureReason.ConnectRefused, Now));

        Assert.Equal(new StateReason("connect-refused", "3 requests in a row failed, the last: " + FailureReason.ConnectRefused.Describe().Sentence), Of("grey"));
    }

    [Fact]
    public void Of_ServerEjectedForStatus_HasTheStatus()
    {
        Eject("blue", (breaker, server) => breaker.OnResponse(server, server.Load.Breaker.Epoch, 503, Now));

        Assert.Equal(new StateReason("bad-status", "20 of 20 requests failed, the last: HTTP 503"), Of("blue"));
    }

    [Fact]
    public void Since_States_IsTheirStart()
    {
        using var states = new StateTimes(_sample.Pool, _time);
        DateTimeOffset began = _time.GetUtcNow();
        Assert.Equal((ServerState.Up, began), states.Of(_sample["blue"]));

        _time.Advance(TimeSpan.FromSeconds(10));
        _sample.Membership.SetHealth(_sample["grey"].Tag, false);
        _time.Advance(TimeSpan.FromSeconds(10));
        states.Look();
        Assert.Equal((ServerState.Down, began + TimeSpan.FromSeconds(10)), states.Of(_sample["grey"]));

        // A worker ejects the server; the state is read later.
        Eject("blue", (breaker, server) => breaker.OnResponse(server, server.Load.Breaker.Epoch, 503, Now));
        _time.Advance(TimeSpan.FromMilliseconds(500));
        states.Look();
        Assert.Equal((ServerState.Ejected, began + TimeSpan.FromSeconds(20)), states.Of(_sample["blue"]));
    }

    private long Now => (long)_time.GetElapsedTime(0).TotalMilliseconds;

    private StateReason? Of(string name) => StateReason.Of(_sample.Pool.Current, _sample[name], _sample.Pool.Current.StateOf(_sample[name], Now));

    private void Probe(string name, ProbeResult result, string text) =>
        _sample[name].LastProbe = ProbeReport.After(_sample[name].LastProbe, _time.GetUtcNow(), TimeSpan.FromMilliseconds(3), result, text);

    private void Eject(string name, Action<OutlierDetector, Server> fail)
    {
        for (int i = 0; i < 100 && _sample[name].Load.Breaker.State == CircuitState.Closed; i++)
        {
            fail(_sample.Pool.Outliers, _sample[name]);
        }
        Assert.Equal(CircuitState.Open, _sample[name].Load.Breaker.State);
    }
}

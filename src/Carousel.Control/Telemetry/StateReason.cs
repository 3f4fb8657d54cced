using Carousel.Core.Health;
using Carousel.Core.Pool;
using Carousel.Core.Telemetry;

namespace Carousel.Control.Telemetry;

/// <summary>Why a server is in the state that it is in.</summary>
/// <param name="Code">A <see cref="FailureReason"/>'s, <see cref="BadStatus"/> or <see cref="BadBody"/>; null where nothing failed.</param>
/// <param name="Text">For people: <c>HTTP 503 from /healthz, 3 probes in a row</c>.</param>
internal readonly record struct StateReason(string? Code, string Text)
{
    /// <summary>A response's status is not what is expected of the server.</summary>
    public const string BadStatus = "bad-status";

    /// <summary>The body that came to a probe is not what is expected.</summary>
    public const string BadBody = "bad-body";

    /// <summary>Null if it gets its share.</summary>
    /// <param name="pool">That has it.</param>
    /// <param name="server">Which.</param>
    /// <param name="state">Its state.</param>
    public static StateReason? Of(PoolSnapshot pool, Server server, ServerState state) => state switch
    {
        ServerState.Unresolved => new(FailureReason.NameUnresolved.Describe().Name, $"{server.Entry.Address.Host} does not resolve"),
        ServerState.Down when server.LastProbe is { } probe => new(CodeOf(probe.Result), $"{probe.Text}, {InARow(probe)}"),
        ServerState.Down => new(null, "its probes fail"),
        ServerState.Probing => new(null, server.LastProbe is { } probe ? $"no good probe yet: {probe.Text}" : "its first probe is not over"),
        ServerState.Ejected => OfEjection(server.LastEjection),
        ServerState.OnTrial => OfTrial(server.LastEjection),
        ServerState.Suspect => new(null, $"no response for long, with {server.Load.InFlight} in flight"),
        ServerState.Full => new(FailureReason.ServerBusy.Describe().Name, $"it has as many requests in flight as its max={server.Entry.MaxRequests} allows"),
        ServerState.Draining => new(null, "drained: no new visitors"),
        ServerState.Leaving => new(null, "it is no longer listed, and finishes what it has"),
        ServerState.Closed => new(null, "its weight is 0"),
        ServerState.Standby => new(null, "a backup that is not needed"),
        ServerState.SlowStart => new(null, pool[server].WasProbed ? "it is back, and gets its share little by little" : "it is new, and gets its share little by little"),
        _ => null,
    };

    /// <summary>The code of a probe that failed.</summary>
    public static string CodeOf(in ProbeResult result) =>
        result.IsGood ? "good" : result.Status != 0 ? BadStatus : result.Reason != FailureReason.None ? result.Reason.Describe().Name : BadBody;

    private static StateReason OfEjection(Ejection? ejection)
    {
        if (ejection is null)
        {
            return new(null, "its requests failed");
        }
        string last = ejection.Status != 0 ? $"HTTP {ejection.Status}" : ejection.Reason.Describe().Sentence;
        string text = ejection.Requests != 0 ? $"{ejection.Failures} of {ejection.Requests} requests failed, the last: {last}"
            : ejection.Failures > 1 ? $"{ejection.Failures} requests in a row failed, the last: {last}"
            : $"its trial failed: {last}";
        return new(ejection.Status != 0 ? BadStatus : ejection.Reason.Describe().Name, text);
    }

    private static StateReason OfTrial(Ejection? ejection)
    {
        StateReason why = OfEjection(ejection);
        return why with { Text = $"one request is its trial; before that {why.Text}" };
    }

    private static string InARow(ProbeReport probe) =>
        probe.Result.IsGood ? $"but not often enough yet ({probe.InARow} in a row)" : probe.InARow == 1 ? "1 probe" : $"{probe.InARow} probes in a row";
}

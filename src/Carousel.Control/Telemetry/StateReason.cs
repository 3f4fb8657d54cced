using Carousel.Core.Health;
using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Carousel.Core.Telemetry;

namespace Carousel.Control.Telemetry;

/// <summary>Why a server is in its state.</summary>
/// <param name="Code">The code of a <see cref="FailureReason"/>, <see cref="BadStatus"/> or <see cref="BadBody"/>; null if nothing failed.</param>
/// <param name="Text">A message: <c>HTTP 503 from /healthz, 3 probes in a row</c>.</param>
internal readonly record struct StateReason(string? Code, string Text)
{
    /// <summary>The status of a response is not an expected one.</summary>
    public const string BadStatus = "bad-status";

    /// <summary>The body of a probe's response is not the expected one.</summary>
    public const string BadBody = "bad-body";

    /// <summary>The reason; null if the server receives its normal share.</summary>
    /// <param name="pool">The server's pool.</param>
    /// <param name="server">The server.</param>
    /// <param name="state">Its state.</param>
    public static StateReason? Of(PoolSnapshot pool, Server server, ServerState state) => state switch
    {
        ServerState.Unresolved => new(FailureReason.NameUnresolved.Describe().Name, $"{server.Entry.Address.Host} does not resolve"),
        ServerState.Down when server.LastProbe is { } probe => new(CodeOf(probe.Result), $"{probe.Text}, {InARow(probe)}"),
        ServerState.Down => new(null, "probes fail"),
        ServerState.Probing => new(null, server.LastProbe is { } probe ? $"no successful probe yet: {probe.Text}" : "first probe in progress"),
        ServerState.Ejected => OfEjection(server.LastEjection),
        ServerState.OnTrial => OfTrial(server.LastEjection),
        ServerState.Suspect => new(null, $"no response for a long time, {server.Load.InFlight} in flight"),
        ServerState.Full => new(FailureReason.ServerBusy.Describe().Name, $"at its limit of requests in flight, max={server.Entry.MaxRequests}"),
        ServerState.Draining => new(null, "drained: no new sessions"),
        ServerState.Leaving => new(null, "no longer listed, finishing its requests"),
        ServerState.Closed => new(null, "weight is 0"),
        ServerState.Standby => new(null, "backup, not needed"),
        ServerState.SlowStart => new(null, pool[server].WasProbed ? "recovered, ramping up to its share" : "new, ramping up to its share"),
        _ => null,
    };

    /// <summary>The code of a failed probe.</summary>
    public static string CodeOf(in ProbeResult result) =>
        result.IsGood ? "good" : result.Status != 0 ? BadStatus : result.Reason != FailureReason.None ? result.Reason.Describe().Name : BadBody;

    private static StateReason OfEjection(Ejection? ejection)
    {
        if (ejection is null)
        {
            return new(null, "requests failed");
        }
        string last = ejection.Status != 0 ? $"HTTP {ejection.Status}" : ejection.Reason.Describe().Sentence;
        string text = ejection.Requests != 0 ? $"{ejection.Failures} of {ejection.Requests} requests failed, the last: {last}"
            : ejection.Failures > 1 ? $"{ejection.Failures} requests in a row failed, the last: {last}"
            : $"the trial failed: {last}";
        return new(ejection.Status != 0 ? BadStatus : ejection.Reason.Describe().Name, text);
    }

    private static StateReason OfTrial(Ejection? ejection)
    {
        StateReason why = OfEjection(ejection);
        return why with { Text = $"trial request in progress; before that {why.Text}" };
    }

    private static string InARow(ProbeReport probe) =>
        probe.Result.IsGood ? $"but only {probe.InARow} in a row so far" : probe.InARow == 1 ? "1 probe" : $"{probe.InARow} probes in a row";
}

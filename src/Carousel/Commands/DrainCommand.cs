using Carousel.Cli;
using Carousel.Control.Admin;
using Carousel.Core.Config;

namespace Carousel.Commands;

/// <summary><c>carousel drain NAME</c>: with <c>--wait</c> it ends when the server may be stopped.</summary>
internal static class DrainCommand
{
    /// <summary>
    /// Between two checks. A server must be idle in two checks in a row: a worker may have picked it just before the drain and not sent the request yet.
    /// </summary>
    internal static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>Between two counts of sessions, which cost the store time.</summary>
    private static readonly TimeSpan SessionsPause = TimeSpan.FromSeconds(1);

    public static async Task<int> RunAsync(AdminClient client, AdminOrder.Drain order, TextWriter to, TimeProvider time)
    {
        ServerView? server = await client.DoAsync(HttpMethod.Post, AdminClient.PathOf(order.Name) + "/drain" + AdminClient.Force(order.IsForced));
        if (server is null || !order.Waits)
        {
            to.WriteLine(server is null ? "removed" : $"{server.Name} gets no new sessions; {Count.Of(server.InFlight, "request")} in flight");
            return ExitCode.Ok;
        }
        return await WaitAsync(client, server, order.AtMost, to, time);
    }

    private static async Task<int> WaitAsync(AdminClient client, ServerView server, TimeSpan atMost, TextWriter to, TimeProvider time)
    {
        long began = time.GetTimestamp();
        bool wasIdle = false;
        bool isSticky = (await client.GetAsync("api/v1/pool", AdminJson.Default.PoolView)).Sessions == "sticky";
        while (true)
        {
            Remaining left = await CheckAsync(client, server, isSticky);
            if (left.IsNothing && wasIdle)
            {
                to.WriteLine($"{server.Name} is drained: {left}");
                return ExitCode.Ok;
            }
            if (time.GetElapsedTime(began) >= atMost)
            {
                to.WriteLine($"{server.Name} is not drained after {Durations.Format(atMost)}: {left}");
                return ExitCode.NotDrained;
            }
            wasIdle = left.IsNothing;
            TimeSpan pause = left is { InFlight: 0, Sessions: { } and not 0 } ? SessionsPause : Pause;
            TimeSpan rest = atMost - time.GetElapsedTime(began);
            await Task.Delay(rest < pause ? (rest > TimeSpan.Zero ? rest : TimeSpan.Zero) : pause, time);
        }
    }

    private static async Task<Remaining> CheckAsync(AdminClient client, ServerView server, bool isSticky)
    {
        ServerList all = await client.GetAsync("api/v1/servers", AdminJson.Default.ServerList);
        if (all.Servers.FirstOrDefault(other => other.Id == server.Id) is not { } now)
        {
            return new Remaining(0, null);
        }
        if (now.InFlight != 0)
        {
            return new Remaining(now.InFlight, null);
        }
        return new Remaining(0, isSticky ? await SessionsAsync(client, server) : null);
    }

    /// <summary>Unknown if the store is unreachable, which must not end the wait.</summary>
    private static async Task<int> SessionsAsync(AdminClient client, ServerView server)
    {
        try
        {
            SessionsView sessions = await client.GetAsync("api/v1/sessions", AdminJson.Default.SessionsView);
            return sessions.Count is null ? Remaining.Unknown : sessions.ByServer.GetValueOrDefault(server.Url, 0);
        }
        catch (AdminClientException)
        {
            return Remaining.Unknown;
        }
    }

    /// <summary>What remains on a server.</summary>
    /// <param name="InFlight">Requests.</param>
    /// <param name="Sessions">Sticky sessions; <see cref="Unknown"/> without a store, null if sessions are not sticky or were not counted.</param>
    private readonly record struct Remaining(int InFlight, int? Sessions)
    {
        public const int Unknown = -1;

        public bool IsNothing => InFlight == 0 && Sessions is null or 0;

        public override string ToString() => (InFlight == 0 ? "no request in flight" : $"{Count.Of(InFlight, "request")} in flight") + Sessions switch
        {
            null => "",
            0 => ", no sticky session left",
            Unknown => ", sticky sessions unknown without a store",
            var number => $", {Count.Of(number.Value, "sticky session")} left",
        };
    }
}

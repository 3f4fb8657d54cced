using System.Collections.Immutable;
using System.Text;
using Carousel.Core.Config;
using Carousel.Core.Policies;
using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Carousel.Core.Sessions;

namespace Carousel.Control.Admin;

/// <summary>A request to explain.</summary>
/// <param name="Url">A URL, or path and query.</param>
/// <param name="Cookie">The Cookie field, or the session cookie's value alone; empty for none.</param>
/// <param name="Client">The client's address.</param>
/// <param name="Header">The value of the field that <c>--hash-by header:NAME</c> names; empty for none.</param>
internal sealed record ExplainRequest(string Url, string Cookie, string Client, string Header);

/// <summary>
/// Predicts a pick as far as it is deterministic: health, weights, limits, session affinity, the owner of a hash. A worker's rotation and random numbers
/// are its own and are not read: reading would change them. Reserves nothing on any server. The order of checks is that of <see cref="Picker"/>.
/// </summary>
internal sealed class Explainer(AdminContext context)
{
    private static readonly SlotSet None = new();

    private readonly PoolSnapshot _pool = context.Pool.Current;
    private readonly long _nowMs = (long)context.Time.GetElapsedTime(0).TotalMilliseconds;
    private readonly List<string> _why = [];

    public ExplainView Explain(ExplainRequest request)
    {
        string path = PathAndQuery(request.Url);
        (ExplainedSession? session, Server? own) = Session(request.Cookie);
        (string among, ImmutableArray<Server> eligible, Candidates? candidates, PickScope scope) = own is null ? Among() : ("own", [own], null, PickScope.Good);
        Server? pick = own ?? (candidates is null ? null : Pick(eligible, candidates, new PickInput(None, _nowMs, Key(request, path)) { Scope = scope }, request, path));
        return new ExplainView(
            path, request.Client, PolicyText.Name(context.Policy, _pool), session, among, pick?.Entry.Name, _why,
            [.. _pool.Servers.Select(server => View(server, eligible, own, candidates))]);
    }

    private (ExplainedSession? Session, Server? Own) Session(string cookie)
    {
        if (context.Sessions is not { } channel || cookie.Length == 0)
        {
            _why.Add(context.Sessions is null ? "sessions are off: any request may go to any server" : "no cookie: a new session, not bound to a server yet");
            return (null, null);
        }
        string mode = channel.Options.Mode.ToString().ToLowerInvariant();
        string value = Crumb(cookie, channel.Options.CookieName) ?? cookie.Trim();
        byte[] signed = new byte[SessionTicket.SignedBytes];
        if (!SessionCookie.TryDecode(Encoding.UTF8.GetBytes(value), signed))
        {
            _why.Add($"no well-formed {channel.Options.CookieName} cookie: a new session");
            return (new ExplainedSession("malformed", mode, null), null);
        }
        CookieVerdict verdict = SessionCookie.Verify(
            signed, channel.Keys.Current, context.Time.GetUtcNow().ToUnixTimeSeconds(), (long)channel.Options.CookieLifetime.TotalSeconds, out SessionTicket ticket);
        if (verdict != CookieVerdict.Valid)
        {
            _why.Add($"the cookie is invalid ({VerdictText.Of(verdict)}): a new session");
            return (new ExplainedSession(VerdictText.Of(verdict), mode, null), null);
        }
        Server? named = _pool.Find(ticket.ServerTag);
        return (new ExplainedSession("valid", mode, named?.Entry.Name), Own(channel, ticket, named));
    }

    private Server? Own(SessionChannel channel, SessionTicket ticket, Server? named)
    {
        if (channel.Options.Mode != SessionMode.Sticky || ticket.ServerTag == 0)
        {
            _why.Add("the cookie is valid; sessions are shared, so any server may be picked");
            return null;
        }
        string name = named?.Entry.Name ?? "";
        if (named is null || !_pool.CanServe(named))
        {
            _why.Add(named is null ? "the session's server is no longer in the pool: the session moves" : $"the session's server {name} {WhyNot(named)}: the session moves");
            return null;
        }
        if (!named.Load.MayTake(_nowMs))
        {
            _why.Add(named.Load.Breaker.MayTake(_nowMs)
                ? $"the session's server {name} is full: the request waits up to {Durations.Format(channel.Options.StickyWait)} (--sticky-wait), then the session moves"
                : $"the session's server {name} is ejected: the session moves");
            return null;
        }
        _why.Add($"the cookie binds the session to {name}, which is available: the policy is not used");
        return named;
    }

    /// <summary>The set the policy picks from: the first kind of servers with an eligible one.</summary>
    private (string Among, ImmutableArray<Server> Eligible, Candidates? Candidates, PickScope Scope) Among()
    {
        (string Name, Candidates Candidates, PickScope Scope, string Why)[] kinds =
        [
            ("primary", _pool.Primary, PickScope.Good, "servers that accept new sessions"),
            ("suspects", _pool.Primary, PickScope.Suspects, "all other servers are full or suspect: suspect servers are used, too"),
            ("backup", _pool.Backup, PickScope.Good, "no primary server is available: backups are used"),
            ("backup-suspects", _pool.Backup, PickScope.Suspects, "no other server is available: suspect backups are used"),
        ];
        foreach ((string name, Candidates candidates, PickScope scope, string why) in kinds)
        {
            if (Eligible(candidates, scope) is { IsEmpty: false } eligible)
            {
                _why.Add(why);
                return (name, eligible, candidates, scope);
            }
        }
        if (_pool.Primary.Servers.IsEmpty && _pool.Backup.Servers.IsEmpty)
        {
            ImmutableArray<Server> any = context.Panics ? [.. _pool.Servers.Where(_pool.MayPanicTo)] : [];
            _why.Add(any.IsEmpty ? "no server is available: 503 no-server" : "no server is up: all servers with an address are tried in rotation (--panic)");
            return (any.IsEmpty ? "none" : "panic", any, null, PickScope.Ejected);
        }
        return Full();
    }

    private (string Among, ImmutableArray<Server> Eligible, Candidates? Candidates, PickScope Scope) Full()
    {
        if (Picker.IsFull(_pool, None, _nowMs))
        {
            _why.Add("every server is full: the request is queued for the first free slot, within --queue and --queue-timeout");
            return ("queue", [], null, PickScope.Good);
        }
        Candidates candidates = Eligible(_pool.Primary, PickScope.Ejected).IsEmpty ? _pool.Backup : _pool.Primary;
        ImmutableArray<Server> eligible = Eligible(candidates, PickScope.Ejected);
        _why.Add(eligible.IsEmpty ? "all servers are ejected and full: 503" : "all servers are ejected: they are used anyway, since no other is available");
        return (eligible.IsEmpty ? "none" : "ejected", eligible, candidates, PickScope.Ejected);
    }

    private ImmutableArray<Server> Eligible(Candidates candidates, PickScope scope)
    {
        var input = new PickInput(None, _nowMs) { Scope = scope };
        return [.. candidates.Servers.Where(server => input.MayTake(server))];
    }

    /// <summary>The server the policy picks; null if the pick is random or in rotation.</summary>
    private Server? Pick(ImmutableArray<Server> eligible, Candidates candidates, PickInput input, ExplainRequest request, string path)
    {
        if (eligible.IsEmpty)
        {
            return null;
        }
        if (eligible.Any(server => server.Load.IsRamping(_nowMs)))
        {
            _why.Add("some servers are in slow start: they keep a growing part of their picks, the rest goes to other servers");
        }
        if (eligible is [var only])
        {
            _why.Add($"{only.Entry.Name} is the only candidate");
            return only;
        }
        switch (context.Policy.Kind)
        {
            case PolicyKind.Hash:
                Server? owner = new ConsistentHash().Pick(candidates, input);
                _why.Add($"{HashText(request, path)} hashes to {owner?.Entry.Name ?? "no server"}, as long as that has at most 5/4 of its share");
                return owner;
            case PolicyKind.LeastRequests:
                Server least = eligible.MinBy(server => (double)server.Load.InFlight / server.Entry.Weight)!;
                _why.Add($"{least.Entry.Name} has the fewest requests in flight for its weight at this moment; ties are picked in rotation");
                return eligible.Count(server => server.Load.InFlight * least.Entry.Weight == least.Load.InFlight * server.Entry.Weight) == 1 ? least : null;
            case PolicyKind.Ewma:
                _why.Add("two servers are drawn at random; the one with the lower expected latency, by latency and requests in flight, is picked");
                return null;
            case PolicyKind.Dynamic:
                _why.Add("some servers are drawn at random; the one with the shortest expected wait, by measurements and the servers' reports, is picked");
                return null;
            case PolicyKind.Random:
                _why.Add("one server is drawn at random by weight: the pick is not predictable");
                return null;
            default:
                _why.Add("servers are picked in rotation by weight: the pick depends on the requests before it");
                return null;
        }
    }

    private ExplainedServer View(Server server, ImmutableArray<Server> eligible, Server? own, Candidates? candidates)
    {
        bool isEligible = eligible.Contains(server);
        bool byWeight = own is null && context.Policy.Kind is PolicyKind.Default or PolicyKind.Weighted or PolicyKind.Random or PolicyKind.RoundRobin && candidates is not null;
        bool even = context.Policy.Kind == PolicyKind.RoundRobin;
        double? share = !byWeight || !isEligible ? null
            : Math.Round(even ? 1.0 / eligible.Length : (double)server.Entry.Weight / eligible.Sum(other => other.Entry.Weight), 4);
        return new ExplainedServer(
            server.Entry.Name, server.Entry.Address.Url, _pool.StateOf(server, _nowMs).Name(), server.Entry.Weight, server.Entry.Backup, server.Load.InFlight,
            server.Entry.MaxRequests, server.Load.HasResponded ? Math.Round(server.Load.LatencyMicros / 1000, 3) : null, isEligible, share,
            isEligible ? (server == own ? "the session's server" : "may be picked") : own is not null && _pool.TakesNewTraffic(server) ? "the session is bound to another server" : WhyNot(server));
    }

    private string WhyNot(Server server)
    {
        ServerStatus status = _pool[server];
        return status.EndPoints.IsEmpty ? "has no address: its name does not resolve"
            : !status.IsHealthy ? (status.WasProbed ? "is down: its probes fail" : "is new: its first probe has not completed")
            : status.IsLeaving && !_pool.TakesNewTraffic(server) ? "is leaving: only sessions bound to it"
            : server.Entry.Drain ? "is draining: only sessions bound to it"
            : server.Entry.Weight == 0 ? "has weight 0: only sessions bound to it"
            : !server.Load.Breaker.MayTake(_nowMs) ? "is ejected: its requests failed"
            : !server.Load.HasRoom ? "is full"
            : server.Load.IsSuspect(_nowMs) ? "is suspect (no response for too long): used if no other server can be"
            : server.Entry.Backup ? "is a backup: used if no primary server can be"
            : "is not needed";
    }

    private ulong Key(ExplainRequest request, string path) => context.Policy.Kind == PolicyKind.Hash ? KeyHash.Of(Encoding.UTF8.GetBytes(Hashed(request, path))) : 0;

    private string Hashed(ExplainRequest request, string path)
    {
        string? text = context.Policy.HashBy switch
        {
            HashBy.Url => path,
            HashBy.Cookie => Crumb(request.Cookie, context.Policy.HashName),
            HashBy.Header => request.Header,
            _ => null,
        };
        return string.IsNullOrEmpty(text) ? request.Client : text;
    }

    private string HashText(ExplainRequest request, string path)
    {
        string text = Hashed(request, path);
        return text == request.Client ? $"the client {text}" : $"{context.Policy.HashBy.ToString().ToLowerInvariant()} {Quote.Of(text)}";
    }

    /// <summary>A cookie's value in a Cookie field; null if it is missing.</summary>
    private static string? Crumb(string cookies, string name) => cookies.Split(';', StringSplitOptions.TrimEntries)
        .Where(crumb => crumb.StartsWith(name + "=", StringComparison.Ordinal))
        .Select(crumb => crumb[(name.Length + 1)..])
        .FirstOrDefault();

    private static string PathAndQuery(string url)
    {
        int scheme = url.IndexOf("://", StringComparison.Ordinal);
        int path = scheme < 0 ? 0 : url.IndexOfAny(['/', '?'], scheme + 3);
        string target = path < 0 ? "/" : url[path..];
        int fragment = target.IndexOf('#');
        target = fragment < 0 ? target : target[..fragment];
        return target.StartsWith('/') ? target : "/" + target;
    }
}

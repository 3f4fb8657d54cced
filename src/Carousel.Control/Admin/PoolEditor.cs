using System.Text;
using Carousel.Control.Discovery;
using Carousel.Core.Config;
using Carousel.Core.Health;
using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Microsoft.AspNetCore.Http;

namespace Carousel.Control.Admin;

/// <summary>
/// Applies changes made through the admin API, one at a time. Throws <see cref="ProblemException"/> for invalid changes, and for a change that would leave
/// no server that accepts requests, unless forced. Any thread.
/// </summary>
/// <param name="membership">Changes the pool.</param>
/// <param name="saver">Writes each change to the file, which then updates the pool; null to change only the pool.</param>
/// <param name="report">Receives a log line about each change that is not made through the file.</param>
internal sealed class PoolEditor(PoolMembership membership, ServersFileSaver? saver, Action<string> report)
{
    private readonly Lock _gate = new();

    /// <summary>Adds a server; an existing one gets these options. True if it is new, or was being removed.</summary>
    public (Server Server, bool IsNew) Add(NewServer server, bool force)
    {
        ServerEntry entry = EntryOf(server);
        lock (_gate)
        {
            PoolSnapshot before = membership.Pool.Current;
            if (before.Servers.FirstOrDefault(other => other.Entry.Name == entry.Name && other.Entry.Address != entry.Address) is { } namesake)
            {
                throw Conflict($"the name {Quote.Of(entry.Name)} is used by {namesake.Entry.Address.Url}: choose another name");
            }
            Server? known = before.Servers.FirstOrDefault(other => other.Entry.Address == entry.Address);
            bool isNew = known is null || before[known].IsLeaving;
            if (known is not null && !force)
            {
                KeepOne(before, known, entry);
            }
            Do(text => ServersTextEdit.Set(text, entry), () => membership.Add(entry), () => $"{(isNew ? "added" : "set")} {entry.Label}");
            return (membership.Pool.Current.Servers.First(other => other.Entry.Address == entry.Address), isNew);
        }
    }

    /// <summary>Starts to drain the server for removal.</summary>
    public void Remove(Server server, bool force)
    {
        lock (_gate)
        {
            PoolSnapshot pool = membership.Pool.Current;
            if (!pool.Servers.Any(other => other != server && !pool[other].IsLeaving))
            {
                throw Conflict($"{server.Entry.Name} is the last server: add another one first, or stop the balancer");
            }
            if (!force)
            {
                KeepOne(pool, server, after: null);
            }
            Do(text => ServersTextEdit.Remove(text, server.Entry.Address), () => membership.Remove(server.Tag), () => $"draining {server.Entry.Label}");
        }
    }

    /// <summary>Stops sending new sessions to the server, or resumes it.</summary>
    public void Drain(Server server, bool drain, bool force) =>
        Change(server, entry => entry with { Drain = drain }, () => membership.Drain(server.Tag, drain), force);

    /// <summary>Sets a weight.</summary>
    public void SetWeight(Server server, int? weight, bool force)
    {
        if (weight is not (>= 0 and <= ServerEntry.MaxWeight))
        {
            throw Bad($"expected {{\"weight\": N}} with N from 0 to {ServerEntry.MaxWeight}");
        }
        Change(server, entry => entry with { Weight = weight.Value }, () => membership.SetWeight(server.Tag, weight.Value), force);
    }

    /// <summary>Sets a limit.</summary>
    public void SetMax(Server server, int? max)
    {
        if (max is not (null or (>= 1 and <= ServerEntry.MaxRequestsLimit)))
        {
            throw Bad($"expected {{\"max\": N}} with N from 1 to {ServerEntry.MaxRequestsLimit}, or null for no limit");
        }
        Change(server, entry => entry with { MaxRequests = max }, () => membership.SetMax(server.Tag, max), force: false);
    }

    /// <summary>Rejects a change that would leave no server that accepts requests, if there is one before.</summary>
    /// <param name="pool">Before the change.</param>
    /// <param name="server">The server to change.</param>
    /// <param name="after">Its entry after the change; null if it is removed.</param>
    private static void KeepOne(PoolSnapshot pool, Server server, ServerEntry? after)
    {
        bool takesAfter = after is { Drain: false, Weight: > 0 };
        if (!takesAfter && pool.TakesNewTraffic(server) && !pool[server].IsLeaving && !pool.Servers.Any(other => other != server && TakesRequests(pool, other)))
        {
            throw new ProblemException(StatusCodes.Status409Conflict,
                $"{server.Entry.Name} is the last server that accepts requests: without it clients get 503. Add or undrain another server first, or force the change (--force, ?force=true)",
                Problem.LastServer);
        }
    }

    /// <summary>An ejected server does not count: it may be back soon, or not.</summary>
    private static bool TakesRequests(PoolSnapshot pool, Server server) =>
        pool.TakesNewTraffic(server) && !pool[server].IsLeaving && server.Load.Breaker.State == CircuitState.Closed;

    private void Change(Server server, Func<ServerEntry, ServerEntry> edit, Func<ChangeResult> apply, bool force)
    {
        lock (_gate)
        {
            ServerEntry before = server.Entry;
            if (!force)
            {
                KeepOne(membership.Pool.Current, server, edit(before));
            }
            Do(
                text => ServersTextEdit.Set(text, edit(ServersTextEdit.Find(text, before.Address) ?? throw Conflict($"{server.Entry.Name} is no longer in the file"))),
                () => apply() == ChangeResult.NotFound ? throw Conflict($"{server.Entry.Name} is leaving: add it again before changing it") : ChangeResult.Done,
                () => before == server.Entry ? "" : $"changed {new ChangedServer(server, before, server.Entry)}");
        }
    }

    /// <summary>Through the file, if changes are saved; else directly in the pool.</summary>
    private void Do(Func<string, string> edit, Func<ChangeResult> apply, Func<string> describe)
    {
        if (saver is null)
        {
            apply();
            if (describe() is { Length: > 0 } line)
            {
                report($"admin: {line}");
            }
            return;
        }
        try
        {
            saver.Save(edit);
        }
        catch (SaveException e)
        {
            throw Conflict($"nothing was changed: {e.Message}");
        }
    }

    /// <summary>Parses the request as a line of servers.txt, with the same rules and error messages.</summary>
    private static ServerEntry EntryOf(NewServer server)
    {
        string line = server.Line ?? LineOf(server);
        if (server.Line is not null && server != new NewServer(server.Line))
        {
            throw Bad("expected either \"line\" or the other fields");
        }
        ServersFile parsed = ServersParser.Parse(line);
        if (parsed.Errors is [var error, ..])
        {
            throw Bad(error.Line == 0 ? error.Message : $"column {error.Column}: {error.Message}");
        }
        return parsed.Servers is [var entry] ? entry : throw Bad("expected one line with one server");
    }

    private static string LineOf(NewServer server)
    {
        if (string.IsNullOrWhiteSpace(server.Url) || (server.Url + server.Name).Any(c => char.IsWhiteSpace(c) || c == '#'))
        {
            throw Bad("expected {\"line\": \"http://localhost:8001 weight=3\"}, or \"url\" and optionally weight, max, backup, drain and name");
        }
        var line = new StringBuilder(server.Url);
        line.Append(server.Weight is { } weight ? $" weight={weight}" : "").Append(server.Max is { } max ? $" max={max}" : "");
        line.Append(server.Backup ? " backup" : "").Append(server.Drain ? " drain" : "").Append(server.Name is { } name ? $" name={name}" : "");
        return line.ToString();
    }

    private static ProblemException Conflict(string detail) => new(StatusCodes.Status409Conflict, detail);

    private static ProblemException Bad(string detail) => new(StatusCodes.Status400BadRequest, detail);
}

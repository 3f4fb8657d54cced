using System.Text;
using Carousel.Control.Discovery;
using Carousel.Core.Config;
using Carousel.Core.Health;
using Carousel.Core.Pool;
using Microsoft.AspNetCore.Http;

namespace Carousel.Control.Admin;

/// <summary>
/// The changes that people make at the admin side, one after the other. What can't be done is a <see cref="ProblemException"/>; so is what would leave no server
/// that takes requests, unless it is forced. Any thread.
/// </summary>
/// <param name="membership">Changes the pool.</param>
/// <param name="saver">Writes each change to the file first, from where it comes to the pool; null to change the pool only.</param>
/// <param name="report">Takes a line about each change, where the file does not tell of it.</param>
internal sealed class PoolEditor(PoolMembership membership, ServersFileSaver? saver, Action<string> report)
{
    private readonly Lock _gate = new();

    /// <summary>Adds a server; one that is there gets these options. True if it is new, or was leaving.</summary>
    public (Server Server, bool IsNew) Add(NewServer server, bool force)
    {
        ServerEntry entry = EntryOf(server);
        lock (_gate)
        {
            PoolSnapshot before = membership.Pool.Current;
            if (before.Servers.FirstOrDefault(other => other.Entry.Name == entry.Name && other.Entry.Address != entry.Address) is { } namesake)
            {
                throw Conflict($"{namesake.Entry.Address.Url} is called {Quote.Of(entry.Name)} already: choose another name");
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

    /// <summary>The server is leaving from now on.</summary>
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

    /// <summary>The server takes no new visitors from now on, or takes them again.</summary>
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

    /// <summary>Refuses a change after which no server would take requests, if one does before.</summary>
    /// <param name="pool">Before the change.</param>
    /// <param name="server">Whose change it is.</param>
    /// <param name="after">What is set of it then; null if it is removed.</param>
    private static void KeepOne(PoolSnapshot pool, Server server, ServerEntry? after)
    {
        bool takesAfter = after is { Drain: false, Weight: > 0 };
        if (!takesAfter && pool.TakesNewTraffic(server) && !pool[server].IsLeaving && !pool.Servers.Any(other => other != server && TakesRequests(pool, other)))
        {
            throw new ProblemException(StatusCodes.Status409Conflict,
                $"{server.Entry.Name} is the last server that takes requests: without it clients get 503. Add another one or undrain it first, or force it (--force, ?force=true)",
                Problem.LastServer);
        }
    }

    /// <summary>One that is ejected may be back soon, or not.</summary>
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
                text => ServersTextEdit.Set(text, edit(ServersTextEdit.Find(text, before.Address) ?? throw Conflict($"{server.Entry.Name} is not in the file any more"))),
                () => apply() == ChangeResult.NotFound ? throw Conflict($"{server.Entry.Name} is leaving: add it again before you change it") : ChangeResult.Done,
                () => before == server.Entry ? "" : $"changed {new ChangedServer(server, before, server.Entry)}");
        }
    }

    /// <summary>By way of the file, where that is to say what is set; else in the pool.</summary>
    private void Do(Func<string, string> edit, Func<ChangeResult> apply, Func<string> news)
    {
        if (saver is null)
        {
            apply();
            if (news() is { Length: > 0 } line)
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
            throw Conflict($"nothing has changed: {e.Message}");
        }
    }

    /// <summary>Whatever is sent, it is read as a line of servers.txt: the same rules, the same complaints.</summary>
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
        return parsed.Servers is [var entry] ? entry : throw Bad("expected one server, a line");
    }

    private static string LineOf(NewServer server)
    {
        if (string.IsNullOrWhiteSpace(server.Url) || (server.Url + server.Name).Any(c => char.IsWhiteSpace(c) || c == '#'))
        {
            throw Bad("expected {\"line\": \"http://localhost:8001 weight=3\"}, or \"url\" and, if need be, weight, max, backup, drain and name");
        }
        var line = new StringBuilder(server.Url);
        line.Append(server.Weight is { } weight ? $" weight={weight}" : "").Append(server.Max is { } max ? $" max={max}" : "");
        line.Append(server.Backup ? " backup" : "").Append(server.Drain ? " drain" : "").Append(server.Name is { } name ? $" name={name}" : "");
        return line.ToString();
    }

    private static ProblemException Conflict(string detail) => new(StatusCodes.Status409Conflict, detail);

    private static ProblemException Bad(string detail) => new(StatusCodes.Status400BadRequest, detail);
}

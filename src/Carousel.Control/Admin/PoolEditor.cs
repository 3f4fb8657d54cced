using System.Text;
using Carousel.Core.Config;
using Carousel.Core.Pool;
using Microsoft.AspNetCore.Http;

namespace Carousel.Control.Admin;

/// <summary>
/// The changes that people make at the admin side, one after the other. What can't be done is a <see cref="ProblemException"/>. Any thread.
/// </summary>
/// <param name="membership">Changes the pool.</param>
internal sealed class PoolEditor(PoolMembership membership)
{
    private readonly Lock _gate = new();

    /// <summary>Adds a server; one that is there gets these options. True if it is new, or was leaving.</summary>
    public (Server Server, bool IsNew) Add(NewServer server)
    {
        ServerEntry entry = EntryOf(server);
        lock (_gate)
        {
            PoolSnapshot before = membership.Pool.Current;
            if (before.Servers.FirstOrDefault(other => other.Entry.Name == entry.Name && other.Entry.Address != entry.Address) is { } namesake)
            {
                throw new ProblemException(StatusCodes.Status409Conflict, $"{namesake.Entry.Address.Url} is called {Quote.Of(entry.Name)} already: choose another name");
            }
            Server? known = before.Servers.FirstOrDefault(other => other.Entry.Address == entry.Address);
            membership.Add(entry);
            Server added = membership.Pool.Current.Servers.First(other => other.Entry.Address == entry.Address);
            return (added, known is null || before[known].IsLeaving);
        }
    }

    /// <summary>The server is leaving from now on.</summary>
    public void Remove(Server server)
    {
        lock (_gate)
        {
            PoolSnapshot pool = membership.Pool.Current;
            if (!pool.Servers.Any(other => other != server && !pool[other].IsLeaving))
            {
                throw new ProblemException(StatusCodes.Status409Conflict, $"{server.Entry.Name} is the last server: add another one first, or stop the balancer");
            }
            membership.Remove(server.Tag);
        }
    }

    /// <summary>The server takes no new visitors from now on, or takes them again.</summary>
    public void Drain(Server server, bool drain) => Judge(server, membership.Drain(server.Tag, drain));

    /// <summary>Sets a weight.</summary>
    public void SetWeight(Server server, int? weight) => Judge(server, weight is >= 0 and <= ServerEntry.MaxWeight
        ? membership.SetWeight(server.Tag, weight.Value)
        : throw Bad($"expected {{\"weight\": N}} with N from 0 to {ServerEntry.MaxWeight}"));

    /// <summary>Sets a limit.</summary>
    public void SetMax(Server server, int? max) => Judge(server, max is null or (>= 1 and <= ServerEntry.MaxRequestsLimit)
        ? membership.SetMax(server.Tag, max)
        : throw Bad($"expected {{\"max\": N}} with N from 1 to {ServerEntry.MaxRequestsLimit}, or null for no limit"));

    private static void Judge(Server server, ChangeResult result)
    {
        if (result == ChangeResult.NotFound)
        {
            throw new ProblemException(StatusCodes.Status409Conflict, $"{server.Entry.Name} is leaving: add it again before you change it");
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

    private static ProblemException Bad(string detail) => new(StatusCodes.Status400BadRequest, detail);
}

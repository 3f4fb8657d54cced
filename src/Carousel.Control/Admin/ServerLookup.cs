using System.Collections.Immutable;
using Carousel.Core.Config;
using Carousel.Core.Pools;
using Carousel.Core.Servers;
using Microsoft.AspNetCore.Http;

namespace Carousel.Control.Admin;

/// <summary>Finds a server by its name, its id, or its address in any notation of servers.txt.</summary>
internal static class ServerLookup
{
    /// <summary>The server with this name, id or address.</summary>
    /// <exception cref="ProblemException">There is none, or more than one.</exception>
    public static Server Find(PoolSnapshot pool, string name)
    {
        string unescaped = Uri.UnescapeDataString(name);
        ServerAddress? address = AddressOf(unescaped);
        ImmutableArray<Server> named = [.. pool.Servers.Where(server => server.Entry.Name == unescaped)];
        if (named.Length > 1)
        {
            throw new ProblemException(StatusCodes.Status409Conflict,
                $"{named.Length} servers are named {Quote.Of(unescaped)}: use an id, {string.Join(" or ", named.Select(server => server.Id))}");
        }
        return named.FirstOrDefault()
            ?? pool.Servers.FirstOrDefault(server => server.Id == unescaped)
            ?? pool.Servers.FirstOrDefault(server => server.Entry.Address == address)
            ?? throw new ProblemException(StatusCodes.Status404NotFound, Unknown(pool, unescaped));
    }

    /// <summary>Null if it is not an address, or a whole line.</summary>
    private static ServerAddress? AddressOf(string text) =>
        text.Any(char.IsWhiteSpace) || ServersParser.Parse(text).Servers is not [var entry] ? null : entry.Address;

    private static string Unknown(PoolSnapshot pool, string name)
    {
        string[] known = [.. pool.Servers.Select(server => server.Entry.Name)];
        string hint = Suggestion.For(name, known) is { } close ? $"did you mean {Quote.Of(close)}?"
            : known.Length is > 0 and <= 10 ? $"there are {string.Join(", ", known)}"
            : "carousel status lists them";
        return $"there is no server {Quote.Of(name)}: {hint}";
    }
}

using System.Net;
using System.Text;
using Carousel.Control.Store.Client;
using Carousel.Core.Config;
using Carousel.Core.Sessions;

namespace Carousel.Control.Store.Records;

/// <summary>Result of a lookup in the store.</summary>
public enum LookupResult : byte
{
    /// <summary>Found; the text shows it.</summary>
    Found,

    /// <summary>No such session; the text shows what is known.</summary>
    NotFound,

    /// <summary>The store can't be queried; the text gives the reason.</summary>
    NoStore,

    /// <summary>The argument is neither an id nor a cookie; the text reports it.</summary>
    NotUnderstood,
}

/// <summary>Session lookups of the command line.</summary>
public static class SessionLookup
{
    /// <summary>The most recently seen sessions, at most <paramref name="limit"/>.</summary>
    public static Task<(LookupResult Result, string Text)> ListAsync(StoreAddress address, int limit, TimeProvider time) =>
        AskAsync(address, async reader => (LookupResult.Found, SessionText.Of(await reader.ListAsync(limit).ConfigureAwait(false), Now(time))));

    /// <summary>The session with this id, or of this cookie: its value, or <c>NAME=value</c>.</summary>
    public static async Task<(LookupResult Result, string Text)> ShowAsync(StoreAddress address, string what, SessionOptions options, TimeProvider time)
    {
        string value = what[(what.IndexOf('=') + 1)..].Trim();
        byte[] signed = new byte[SessionTicket.SignedBytes];
        bool isId = SessionId.TryParse(value, out SessionId id);
        if (!isId && !SessionCookie.TryDecode(Encoding.UTF8.GetBytes(value), signed))
        {
            return (LookupResult.NotUnderstood,
                $"expected a session's id ({SessionId.TextLength} hexadecimal digits) or a cookie's value ({SessionCookie.TextLength} characters), "
                + $"found {Quote.Of(what)}");
        }
        return await AskAsync(address, async reader =>
        {
            (CookieVerdict Verdict, SessionTicket Ticket)? cookie =
                isId ? null : await reader.EvaluateAsync(signed, options, Now(time)).ConfigureAwait(false);
            SessionView view = await reader.ShowAsync(cookie?.Ticket.Id ?? id).ConfigureAwait(false);
            return (view.Fields.Count == 0 ? LookupResult.NotFound : LookupResult.Found, SessionText.Of(view with { Cookie = cookie }, Now(time)));
        }).ConfigureAwait(false);
    }

    private static long Now(TimeProvider time) => time.GetUtcNow().ToUnixTimeSeconds();

    private static async Task<(LookupResult Result, string Text)> AskAsync(
        StoreAddress address, Func<SessionReader, Task<(LookupResult Result, string Text)>> ask)
    {
        try
        {
            return await ReadAsync(address, ask).ConfigureAwait(false);
        }
        catch (StoreException e)
        {
            return (LookupResult.NoStore, $"the store {Name(address)} can't be queried: {e.Failure.Text}");
        }
    }

    /// <summary>The store's address for messages.</summary>
    internal static string Name(StoreAddress address) => address.Kind == StoreKind.Redis ? address.ToString() : $"localhost:{address.Hosts[0].Port}";

    /// <summary>Reads from the store over a connection of its own.</summary>
    /// <exception cref="StoreException">The store failed or refused.</exception>
    internal static async Task<T> ReadAsync<T>(StoreAddress address, Func<SessionReader, Task<T>> read)
    {
        StoreAddress reached = address;
        if (address.Kind != StoreKind.Redis)
        {
            // "localhost" may be 127.0.0.1 or ::1.
            (_, IPAddress at) = await RedisProbe.AskAsync(address.Hosts[0].Port, CancellationToken.None).ConfigureAwait(false);
            reached = address with { Kind = StoreKind.Redis, Hosts = [address.Hosts[0] with { Host = at.ToString() }] };
        }
        await using var connection = new RedisConnection(reached);
        return await read(new SessionReader(connection)).ConfigureAwait(false);
    }
}

using Microsoft.AspNetCore.Connections;

namespace Carousel.Control.Admin;

/// <summary>
/// The connections of the admin side. Whoever connects gets a place: when all are taken, the connection that has gone longest without a request gives its
/// own up, those first on which nobody has shown that they may be here. So no number of connections that say nothing keeps a health check, or an
/// operator, out. Requests that were let in are counted apart: they leave places for health checks and for this machine. Any thread.
/// </summary>
internal sealed class AdminConnections
{
    /// <summary>Connections at once.</summary>
    public const int Most = 64;

    /// <summary>Requests at once, health checks and the page's files left out; the rest of the connections is for those.</summary>
    public const int MostRequests = 56;

    /// <summary>Requests at once from other machines; the rest is for this one.</summary>
    public const int MostRemoteRequests = 48;

    private readonly Lock _gate = new();

    /// <summary>The one that has gone longest without a request first: at most <see cref="Most"/>, so that a walk through it is short.</summary>
    private readonly LinkedList<AdminConnection> _byLastRequest = [];

    private int _serving;

    /// <summary>How many there are now.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _byLastRequest.Count;
            }
        }
    }

    /// <summary>A middleware of Kestrel's: from the connection's first moment to its last.</summary>
    public async Task RunAsync(ConnectionContext context, ConnectionDelegate next)
    {
        var connection = new AdminConnection(context);
        if (!TryAdmit(connection))
        {
            connection.Cut("every connection of the admin side serves a request");
            return;
        }
        context.Features.Set(connection);
        try
        {
            await next(context).ConfigureAwait(false);
        }
        finally
        {
            Leave(connection);
        }
    }

    /// <summary>Gives it a place, if need be another's. False if all others serve requests that were let in.</summary>
    public bool TryAdmit(AdminConnection connection)
    {
        AdminConnection? evicted = null;
        lock (_gate)
        {
            if (_byLastRequest.Count >= Most)
            {
                evicted = Longest_NeedsLock();
                if (evicted is null)
                {
                    return false;
                }
                _byLastRequest.Remove(evicted);
            }
            _byLastRequest.AddLast(connection);
        }
        evicted?.Cut("another connection needs its place");
        return true;
    }

    /// <summary>A request's head has come.</summary>
    public void OnRequest(AdminConnection connection)
    {
        lock (_gate)
        {
            Renew_NeedsLock(connection);
        }
    }

    /// <summary>A request was let in and is to be served, until <see cref="End"/>. False if as many are as may be.</summary>
    public bool TryBegin(AdminConnection connection)
    {
        lock (_gate)
        {
            connection.IsKnown = true;
            if (_serving >= (connection.IsLocal ? MostRequests : MostRemoteRequests))
            {
                return false;
            }
            connection.IsServing = true;
            _serving++;
            return true;
        }
    }

    /// <summary>The request is over.</summary>
    public void End(AdminConnection connection)
    {
        lock (_gate)
        {
            connection.IsServing = false;
            _serving--;
            Renew_NeedsLock(connection);
        }
    }

    /// <summary>The connection is over.</summary>
    public void Leave(AdminConnection connection)
    {
        lock (_gate)
        {
            _byLastRequest.Remove(connection);
        }
    }

    /// <summary>Strangers before those who were let in, other machines before this one; whoever was let in only while nothing of theirs is served.</summary>
    private AdminConnection? Longest_NeedsLock() =>
        _byLastRequest.FirstOrDefault(connection => connection is { IsKnown: false, IsLocal: false })
        ?? _byLastRequest.FirstOrDefault(connection => !connection.IsKnown)
        ?? _byLastRequest.FirstOrDefault(connection => connection is { IsServing: false, IsLocal: false })
        ?? _byLastRequest.FirstOrDefault(connection => !connection.IsServing);

    /// <summary>One that was evicted meanwhile does not come back.</summary>
    private void Renew_NeedsLock(AdminConnection connection)
    {
        if (_byLastRequest.Remove(connection))
        {
            _byLastRequest.AddLast(connection);
        }
    }
}

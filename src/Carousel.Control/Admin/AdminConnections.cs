using Microsoft.AspNetCore.Connections;

namespace Carousel.Control.Admin;

/// <summary>
/// The connections of the admin server. A new connection is always accepted: at the limit, the connection idle for longest is evicted, unauthenticated
/// ones first. So idle connections, however many, never lock out a health check or an operator. Accepted requests have limits of their own, which
/// reserve slots for health checks and for this machine. Any thread.
/// </summary>
internal sealed class AdminConnections
{
    /// <summary>Maximum number of connections.</summary>
    public const int Most = 64;

    /// <summary>Maximum number of concurrent requests, except health checks and static files, which use the remaining connections.</summary>
    public const int MostRequests = 56;

    /// <summary>Maximum number of concurrent requests from other machines; the rest is reserved for this one.</summary>
    public const int MostRemoteRequests = 48;

    private readonly Lock _gate = new();

    /// <summary>Ordered by the time of the last request, oldest first. At most <see cref="Most"/> entries, so a linear scan is cheap.</summary>
    private readonly LinkedList<AdminConnection> _byLastRequest = [];

    private int _serving;

    /// <summary>Number of connections.</summary>
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

    /// <summary>Kestrel connection middleware; runs for the connection's lifetime.</summary>
    public async Task RunAsync(ConnectionContext context, ConnectionDelegate next)
    {
        var connection = new AdminConnection(context);
        if (!TryAdmit(connection))
        {
            connection.Cut("all admin connections are serving requests");
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

    /// <summary>Admits a connection, evicting another if needed. False if all others are serving accepted requests.</summary>
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
        evicted?.Cut("evicted for a new connection");
        return true;
    }

    /// <summary>A request head was received.</summary>
    public void OnRequest(AdminConnection connection)
    {
        lock (_gate)
        {
            Renew_NeedsLock(connection);
        }
    }

    /// <summary>A request was accepted and will be served until <see cref="End"/>. False if the limit is reached.</summary>
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

    /// <summary>The request ended.</summary>
    public void End(AdminConnection connection)
    {
        lock (_gate)
        {
            connection.IsServing = false;
            _serving--;
            Renew_NeedsLock(connection);
        }
    }

    /// <summary>The connection closed.</summary>
    public void Leave(AdminConnection connection)
    {
        lock (_gate)
        {
            _byLastRequest.Remove(connection);
        }
    }

    /// <summary>Eviction order: unauthenticated before authenticated, remote before local. Authenticated ones only while they serve no request.</summary>
    private AdminConnection? Longest_NeedsLock() =>
        _byLastRequest.FirstOrDefault(connection => connection is { IsKnown: false, IsLocal: false })
        ?? _byLastRequest.FirstOrDefault(connection => !connection.IsKnown)
        ?? _byLastRequest.FirstOrDefault(connection => connection is { IsServing: false, IsLocal: false })
        ?? _byLastRequest.FirstOrDefault(connection => !connection.IsServing);

    /// <summary>Does nothing if the connection was evicted meanwhile.</summary>
    private void Renew_NeedsLock(AdminConnection connection)
    {
        if (_byLastRequest.Remove(connection))
        {
            _byLastRequest.AddLast(connection);
        }
    }
}

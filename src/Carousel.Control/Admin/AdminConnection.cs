using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Carousel.Control.Admin;

/// <summary>A connection to the admin server, as <see cref="AdminConnections"/> tracks it. Its state is written under that table's lock.</summary>
/// <param name="context">Kestrel's; a feature of each of its requests refers back to this object.</param>
internal sealed class AdminConnection(ConnectionContext context)
{
    /// <summary>True if the client is on this machine.</summary>
    public bool IsLocal { get; } = context.RemoteEndPoint is IPEndPoint { Address: var address } && IPAddress.IsLoopback(address);

    /// <summary>True once the gate accepted one of its requests. Until then the client is unauthenticated.</summary>
    public bool IsKnown { get; internal set; }

    /// <summary>True while it serves a request that counts against the limits.</summary>
    public bool IsServing { get; internal set; }

    /// <summary>Aborts the connection.</summary>
    public void Cut(string reason) => context.Abort(new ConnectionAbortedException(reason));
}

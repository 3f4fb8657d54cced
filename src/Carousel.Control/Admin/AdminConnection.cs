using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Carousel.Control.Admin;

/// <summary>A connection to the admin side, as <see cref="AdminConnections"/> knows it. Its state is written under that table's lock.</summary>
/// <param name="context">Kestrel's; a feature of each of its requests leads back here.</param>
internal sealed class AdminConnection(ConnectionContext context)
{
    /// <summary>True if the other end is on this machine.</summary>
    public bool IsLocal { get; } = context.RemoteEndPoint is IPEndPoint { Address: var address } && IPAddress.IsLoopback(address);

    /// <summary>True once one of its requests was let in by the gate. Without that anybody may be on it.</summary>
    public bool IsKnown { get; internal set; }

    /// <summary>True while a request is served that takes a place.</summary>
    public bool IsServing { get; internal set; }

    /// <summary>Ends it, whatever is under way.</summary>
    public void Cut(string why) => context.Abort(new ConnectionAbortedException(why));
}

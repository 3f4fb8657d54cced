namespace Carousel.Tests.Proxy.Fakes;

/// <summary>What goes wrong with a call.</summary>
internal enum Fault
{
    /// <summary>The peer has reset the connection; connecting is refused; a resource is not granted.</summary>
    Reset,
    /// <summary>The peer has closed the connection.</summary>
    End,
    /// <summary>Nothing comes or goes any more, for ever.</summary>
    Stall,
}

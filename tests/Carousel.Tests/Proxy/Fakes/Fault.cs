namespace Carousel.Tests.Proxy.Fakes;

/// <summary>How a call fails.</summary>
internal enum Fault
{
    /// <summary>The peer has reset the connection; connecting is refused; a resource is not granted.</summary>
    Reset,
    /// <summary>The peer has closed the connection.</summary>
    End,
    /// <summary>The connection stalls permanently.</summary>
    Stall,
}

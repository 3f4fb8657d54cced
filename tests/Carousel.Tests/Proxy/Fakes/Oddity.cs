namespace Carousel.Tests.Proxy.Fakes;

/// <summary>What an <see cref="OddStream"/> does that plain TCP does not.</summary>
[Flags]
internal enum Oddity
{
    None = 0,
    /// <summary>A receive first waits for the descriptor to be writable; once between two that move bytes.</summary>
    ReceiveWantsWrite = 1,
    /// <summary>A send first waits for the descriptor to be readable; once between two that move bytes.</summary>
    SendWantsRead = 2,
    /// <summary>Receives and sends a byte at a time.</summary>
    ByteByByte = 4,
    /// <summary>Every end may be a truncation.</summary>
    Truncated = 8,
}

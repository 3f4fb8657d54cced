namespace Carousel.Core.Pool;

/// <summary>What came of an order to change one server.</summary>
public enum ChangeResult : byte
{
    /// <summary>The pool has no such server, or it is leaving.</summary>
    NotFound,

    /// <summary>It is so already.</summary>
    Unchanged,

    /// <summary>It is so now.</summary>
    Done,
}

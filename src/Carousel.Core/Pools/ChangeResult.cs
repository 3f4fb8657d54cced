namespace Carousel.Core.Pools;

/// <summary>The result of a change of one server.</summary>
public enum ChangeResult : byte
{
    /// <summary>The pool has no such server, or it is leaving.</summary>
    NotFound,

    /// <summary>It already has this setting.</summary>
    Unchanged,

    /// <summary>Changed.</summary>
    Done,
}

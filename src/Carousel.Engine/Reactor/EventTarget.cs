using Carousel.Engine.Linux;

namespace Carousel.Engine.Reactor;

/// <summary>Something with a descriptor that a loop watches. Its own worker's thread only.</summary>
internal abstract class EventTarget
{
    /// <summary>The descriptor; -1 when there is none (any more).</summary>
    public int Fd { get; protected set; } = -1;

    /// <summary>Which registration this is: events of an earlier one with the same descriptor are stale.</summary>
    public uint Generation { get; set; }

    public abstract void OnEvents(Readiness readiness);
}

/// <summary>Something that had more to do than a turn allows, and goes on in the next.</summary>
internal interface IResumable
{
    void Resume();
}

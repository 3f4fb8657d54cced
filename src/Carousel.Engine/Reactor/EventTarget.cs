using Carousel.Engine.Linux;

namespace Carousel.Engine.Reactor;

/// <summary>An object with a descriptor watched by a loop. Used on its worker's thread only.</summary>
internal abstract class EventTarget
{
    /// <summary>The descriptor; -1 if there is none.</summary>
    public int Fd { get; protected set; } = -1;

    /// <summary>Number of the registration: events of an earlier registration with the same descriptor are stale.</summary>
    public uint Generation { get; set; }

    public abstract void OnEvents(Readiness readiness);
}

/// <summary>Work that exceeded its share of a tick and continues in the next.</summary>
internal interface IResumable
{
    void Resume();
}

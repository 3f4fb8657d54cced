namespace Carousel.Engine.Reactor;

/// <summary>Told when a deadline has passed. May arm it again.</summary>
internal interface IDeadlineOwner
{
    void OnDeadline(Deadline deadline);
}

/// <summary>
/// One moment that somebody waits for, kept in a <see cref="TimingWheel"/>. Moving it later, or disarming it, is a store: the wheel finds out when
/// it comes to the slot it was filed under. So a deadline that each request sets anew costs next to nothing.
/// </summary>
internal sealed class Deadline(IDeadlineOwner owner)
{
    internal const int NotFiled = -1;
    internal const long Never = long.MaxValue;

    public IDeadlineOwner Owner { get; } = owner;

    public bool IsArmed => At != Never;

    // The wheel's own: the moment in ms, the slot it is filed under, its neighbours there.
    internal long At = Never;
    internal long FiledFor = Never;
    internal int Slot = NotFiled;
    internal Deadline? Previous, Next;

    /// <summary>Forgets the moment; the owner is not told.</summary>
    public void Disarm() => At = Never;
}

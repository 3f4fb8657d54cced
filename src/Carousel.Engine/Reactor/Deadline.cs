namespace Carousel.Engine.Reactor;

/// <summary>Notified when a deadline has expired. May arm it again.</summary>
internal interface IDeadlineOwner
{
    void OnDeadline(Deadline deadline);
}

/// <summary>
/// A point in time in a <see cref="TimingWheel"/>. Moving it later or disarming it is a store: the wheel checks it when it reaches the slot
/// of the old time. So a deadline that is set for every request costs almost nothing.
/// </summary>
internal sealed class Deadline(IDeadlineOwner owner)
{
    internal const int NotFiled = -1;
    internal const long Never = long.MaxValue;

    public IDeadlineOwner Owner { get; } = owner;

    public bool IsArmed => At != Never;

    // Used by the wheel only: the time in ms, the slot, and the neighbours in it.
    internal long At = Never;
    internal long FiledFor = Never;
    internal int Slot = NotFiled;
    internal Deadline? Previous, Next;

    /// <summary>Clears the time without notifying the owner.</summary>
    public void Disarm() => At = Never;
}

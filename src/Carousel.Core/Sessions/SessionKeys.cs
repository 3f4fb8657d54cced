using System.Collections.Immutable;

namespace Carousel.Core.Sessions;

/// <summary>
/// The keys of one moment: one that signs, and those before it whose cookies are still good. Immutable.
/// </summary>
public sealed class SessionKeys
{
    /// <param name="current">What new cookies are signed with.</param>
    /// <param name="others">Those whose cookies are good as well, the likeliest first; several may have the same id.</param>
    public SessionKeys(SessionKey current, ImmutableArray<SessionKey> others)
    {
        Current = current;
        All = [current, .. others.Where(other => !other.IsSameAs(current))];
    }

    /// <summary>What new cookies are signed with.</summary>
    public SessionKey Current { get; }

    /// <summary>All keys, <see cref="Current"/> first.</summary>
    public ImmutableArray<SessionKey> All { get; }
}

/// <summary>
/// Where Control publishes the keys and workers read them: one volatile write, one volatile read a cookie. Only one thread at a time may publish.
/// </summary>
public sealed class SessionKeyring(SessionKeys first)
{
    private volatile SessionKeys _current = first;
    private int _missed;

    /// <summary>The keys of now. Any thread.</summary>
    public SessionKeys Current => _current;

    /// <summary>Makes <paramref name="next"/> what workers see from their next cookie on.</summary>
    public void Publish(SessionKeys next) => _current = next;

    /// <summary>A cookie came under a key that is not here: another replica may have made it a moment ago. Any thread.</summary>
    public void Miss() => Volatile.Write(ref _missed, 1);

    /// <summary>True if <see cref="Miss"/> was called since the last call.</summary>
    public bool TakeMissed() => Volatile.Read(ref _missed) != 0 && Interlocked.Exchange(ref _missed, 0) != 0;
}

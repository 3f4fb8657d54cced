using System.Collections.Immutable;

namespace Carousel.Core.Sessions;

/// <summary>The session keys at one moment: the signing key, and earlier ones whose cookies are still valid. Immutable.</summary>
public sealed class SessionKeys
{
    /// <param name="current">The key that signs new cookies.</param>
    /// <param name="others">Further keys whose cookies are valid, the likeliest first; several may have the same id.</param>
    public SessionKeys(SessionKey current, ImmutableArray<SessionKey> others)
    {
        Current = current;
        All = [current, .. others.Where(other => !other.IsSameAs(current))];
    }

    /// <summary>The key that signs new cookies.</summary>
    public SessionKey Current { get; }

    /// <summary>All keys, <see cref="Current"/> first.</summary>
    public ImmutableArray<SessionKey> All { get; }
}

/// <summary>
/// Holds the keys that Control publishes and workers read: one volatile write, and one volatile read per cookie. Only one thread may publish at a
/// time.
/// </summary>
public sealed class SessionKeyring(SessionKeys first)
{
    private volatile SessionKeys _current = first;
    private int _missed;

    /// <summary>The current keys. Any thread.</summary>
    public SessionKeys Current => _current;

    /// <summary>Makes <paramref name="next"/> the keys that workers use from their next cookie on.</summary>
    public void Publish(SessionKeys next) => _current = next;

    /// <summary>A cookie has an unknown key: another replica may have just created it. Any thread; writes only on a change.</summary>
    public void Miss()
    {
        if (Volatile.Read(ref _missed) == 0)
        {
            Volatile.Write(ref _missed, 1);
        }
    }

    /// <summary>True if <see cref="Miss"/> was called since the last call.</summary>
    public bool TakeMissed() => Volatile.Read(ref _missed) != 0 && Interlocked.Exchange(ref _missed, 0) != 0;
}

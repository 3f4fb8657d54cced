using Carousel.Core.Config;

namespace Carousel.Control.Discovery;

/// <summary>What to do after a check of the file.</summary>
/// <param name="News">The parsed file, valid or not, if it must be applied or reported.</param>
/// <param name="Wait">Time until the next check.</param>
internal readonly record struct FileStep(ServersFile? News, TimeSpan Wait);

/// <summary>
/// Decides when the content of servers.txt counts as changed. Contents are compared, not times: rewriting the same content is no change. No I/O, no
/// clock; one thread at a time.
/// </summary>
/// <param name="first">The content that the pool was built from.</param>
internal sealed class ServersFileState(ServersText first)
{
    /// <summary>Check interval of an unchanged file: finds changes where there are no notifications (network file systems, bind mounts).</summary>
    public static readonly TimeSpan Poll = TimeSpan.FromSeconds(2);

    /// <summary>A valid list must be unchanged for this long: a partly written file may be a valid list, too.</summary>
    public static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(100);

    /// <summary>Invalid or missing content must be unchanged for this long: editors truncate before they write, and remove before they rename.</summary>
    public static readonly TimeSpan InvalidSettle = TimeSpan.FromMilliseconds(500);

    /// <summary>The content applied or reported last.</summary>
    private ServersText _known = first;

    /// <summary>A different content that must settle, its parsed form, and when it was first seen.</summary>
    private ServersText? _pending;
    private ServersFile? _parsed;
    private TimeSpan _since;

    /// <summary>The balancer wrote this content itself: it is no change.</summary>
    public void Wrote(ServersText text) => (_known, _pending) = (text, null);

    /// <summary>Processes the content of a check.</summary>
    /// <param name="found">The content.</param>
    /// <param name="now">From any monotonic clock.</param>
    /// <param name="requested">A reload was requested: the content is applied or reported immediately, even if unchanged.</param>
    public FileStep Take(ServersText found, TimeSpan now, bool requested = false)
    {
        if (found == _known && !requested)
        {
            _pending = null;
            return new FileStep(null, Poll);
        }
        if (found != _pending)
        {
            (_pending, _parsed, _since) = (found, found.Parse(), now);
        }
        TimeSpan left = (_parsed!.IsValid ? Settle : InvalidSettle) - (now - _since);
        if (left > TimeSpan.Zero && !requested)
        {
            return new FileStep(null, left);
        }
        _known = found;
        _pending = null;
        return new FileStep(_parsed, Poll);
    }
}

using Carousel.Core.Config;

namespace Carousel.Control.Discovery;

/// <summary>What to do after a look at the file.</summary>
/// <param name="News">What the file says, if it is to be acted on: its servers, or what is wrong with it.</param>
/// <param name="Wait">Until the next look.</param>
internal readonly record struct FileStep(ServersFile? News, TimeSpan Wait);

/// <summary>
/// When what is found at the path of servers.txt is news. Contents are compared, not times: what was written again as it was is none. No I/O, no clock; one
/// thread at a time.
/// </summary>
/// <param name="first">What the pool was built from.</param>
internal sealed class ServersFileState(ServersText first)
{
    /// <summary>Between two looks at a file that rests: where nothing tells of changes (network file systems, bind mounts), this is what finds them.</summary>
    public static readonly TimeSpan Poll = TimeSpan.FromSeconds(2);

    /// <summary>A good list must stay for so long: half of a file that is being written may be a good list, too.</summary>
    public static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(100);

    /// <summary>What is wrong or missing must stay for so long: editors truncate before they write, and remove before they rename.</summary>
    public static readonly TimeSpan InvalidSettle = TimeSpan.FromMilliseconds(500);

    /// <summary>What was acted on last.</summary>
    private ServersText _known = first;

    /// <summary>Another content that is being waited on, what it means, and since when it has been there.</summary>
    private ServersText? _pending;
    private ServersFile? _meaning;
    private TimeSpan _since;

    /// <summary>We have written this ourselves: it is no news.</summary>
    public void Wrote(ServersText text) => (_known, _pending) = (text, null);

    /// <summary>Takes in what was found.</summary>
    /// <param name="found">What was found.</param>
    /// <param name="now">By any clock that does not go back.</param>
    /// <param name="asked">Somebody asks for it: it is news at once, whatever it is.</param>
    public FileStep Take(ServersText found, TimeSpan now, bool asked = false)
    {
        if (found == _known && !asked)
        {
            _pending = null;
            return new FileStep(null, Poll);
        }
        if (found != _pending)
        {
            (_pending, _meaning, _since) = (found, found.Parse(), now);
        }
        TimeSpan left = (_meaning!.IsValid ? Settle : InvalidSettle) - (now - _since);
        if (left > TimeSpan.Zero && !asked)
        {
            return new FileStep(null, left);
        }
        _known = found;
        _pending = null;
        return new FileStep(_meaning, Poll);
    }
}

namespace Carousel.Control.Dashboard;

/// <summary>The share of errors in the last minute, as far as somebody has watched. One thread at a time.</summary>
internal sealed class ErrorWindow
{
    /// <summary>Looks that are kept, one a second.</summary>
    public const int Seconds = 60;

    private readonly Queue<(long Ends, long Errors)> _looks = new(Seconds + 1);

    /// <summary>0 to 1; -1 if nothing ended.</summary>
    public double Share { get; private set; } = -1;

    /// <summary>Once a second.</summary>
    /// <param name="ends">Requests that have ended so far.</param>
    /// <param name="errors">Those of them that are errors.</param>
    public void Look(long ends, long errors)
    {
        _looks.Enqueue((ends, errors));
        if (_looks.Count > Seconds + 1)
        {
            _looks.Dequeue();
        }
        (long endsBefore, long errorsBefore) = _looks.Peek();
        Share = ends == endsBefore ? -1 : Math.Round((double)(errors - errorsBefore) / (ends - endsBefore), 5);
    }
}

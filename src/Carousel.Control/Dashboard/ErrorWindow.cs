namespace Carousel.Control.Dashboard;

/// <summary>The error rate over the last minute, or since sampling started. One thread at a time.</summary>
internal sealed class ErrorWindow
{
    /// <summary>Window length in readings, one per second.</summary>
    public const int Seconds = 60;

    private readonly Queue<(long Ends, long Errors)> _looks = new(Seconds + 1);

    /// <summary>0 to 1; -1 if no request finished.</summary>
    public double Share { get; private set; } = -1;

    /// <summary>Takes a reading. Once per second.</summary>
    /// <param name="ends">Total finished requests.</param>
    /// <param name="errors">Total errors among them.</param>
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

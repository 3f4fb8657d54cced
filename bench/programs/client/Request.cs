namespace Carousel.Bench.Client;

/// <summary>A request from when it is due to when it is known what became of it.</summary>
internal sealed class Request(long id, long due, bool isPost)
{
    public long Id => id;

    /// <summary>When it should be sent: what its latency counts from, however late it is sent.</summary>
    public long Due => due;

    public bool IsPost => isPost;

    /// <summary>It was sent again after its connection had ended without a byte of an answer.</summary>
    public bool IsResent { get; set; }

    public bool IsOver { get; set; }

    /// <summary>Where it was sent last.</summary>
    public Connection? On { get; set; }
}

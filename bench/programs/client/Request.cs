namespace Carousel.Bench.Client;

/// <summary>A request, from its due time to its outcome.</summary>
internal sealed class Request(long id, long due, bool isPost)
{
    public long Id => id;

    /// <summary>When it is due. Latency counts from here, however late it is sent.</summary>
    public long Due => due;

    public bool IsPost => isPost;

    /// <summary>True if it was retried after its connection closed without a byte of a response.</summary>
    public bool IsResent { get; set; }

    public bool IsOver { get; set; }

    /// <summary>The connection that it was last sent on.</summary>
    public Connection? On { get; set; }
}

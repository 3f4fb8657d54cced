namespace Carousel.Cli;

/// <summary>Which balancer a command is for.</summary>
/// <param name="Address">Host and port of its admin side.</param>
/// <param name="TokenFile">The file with its token; null if it needs none.</param>
internal sealed record AdminTarget(string Address, string? TokenFile);

/// <summary>What a running balancer is asked for.</summary>
internal abstract record AdminOrder
{
    /// <summary>Show all servers: once, or again and again where there is a terminal.</summary>
    public sealed record Status(bool IsJson) : AdminOrder;

    /// <summary>Let a server have no new visitors; if asked for, wait until nobody is there any more.</summary>
    public sealed record Drain(string Name, bool Waits, TimeSpan AtMost, bool IsForced = false) : AdminOrder;

    /// <summary>Let it have new visitors again.</summary>
    public sealed record Undrain(string Name) : AdminOrder;

    /// <summary>Set a weight.</summary>
    public sealed record Weight(string Name, int Value, bool IsForced = false) : AdminOrder;

    /// <summary>Add a server.</summary>
    public sealed record Add(string Line, bool IsForced = false) : AdminOrder;

    /// <summary>Remove a server.</summary>
    public sealed record Remove(string Name, bool IsForced = false) : AdminOrder;

    /// <summary>Say whether the balancer lives, or is ready.</summary>
    public sealed record HealthCheck(bool IsReady) : AdminOrder;

    /// <summary>Say who would be sent a request.</summary>
    public sealed record Explain(string Url, string Cookie, string Client, string Header, bool IsJson) : AdminOrder;

    /// <summary>Say what became of a request.</summary>
    public sealed record Past(string Id, bool IsJson) : AdminOrder;
}

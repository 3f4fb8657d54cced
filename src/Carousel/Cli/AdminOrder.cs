namespace Carousel.Cli;

/// <summary>Which balancer a command is for.</summary>
/// <param name="Address">Host and port of its admin side.</param>
/// <param name="TokenFile">The file with its token; null if it needs none.</param>
internal sealed record AdminTarget(string Address, string? TokenFile);

/// <summary>A request to a running balancer.</summary>
internal abstract record AdminOrder
{
    /// <summary>Show all servers: live in a terminal, else once.</summary>
    public sealed record Status(bool IsJson) : AdminOrder;

    /// <summary>Drain a server; optionally wait until it has no requests and no sticky sessions.</summary>
    public sealed record Drain(string Name, bool Waits, TimeSpan AtMost, bool IsForced = false) : AdminOrder;

    /// <summary>End the drain of a server.</summary>
    public sealed record Undrain(string Name) : AdminOrder;

    /// <summary>Set a weight.</summary>
    public sealed record Weight(string Name, int Value, bool IsForced = false) : AdminOrder;

    /// <summary>Add a server.</summary>
    public sealed record Add(string Line, bool IsForced = false) : AdminOrder;

    /// <summary>Remove a server.</summary>
    public sealed record Remove(string Name, bool IsForced = false) : AdminOrder;

    /// <summary>Check whether the balancer is alive, or ready.</summary>
    public sealed record HealthCheck(bool IsReady) : AdminOrder;

    /// <summary>Explain which server a request would go to.</summary>
    public sealed record Explain(string Url, string Cookie, string Client, string Header, bool IsJson) : AdminOrder;

    /// <summary>Show the outcome of a past request.</summary>
    public sealed record Past(string Id, bool IsJson) : AdminOrder;
}

namespace Carousel.Control.Store;

/// <summary>How a session's record is laid out in the store; docs/SESSIONS.md says it to backends.</summary>
internal static class SessionRecord
{
    public const string KeyPrefix = "carousel:session:";
    public const string DataSuffix = ":data";

    /// <summary>URL of the server that answered last.</summary>
    public const string Backend = "backend";

    /// <summary>Seconds since 1970.</summary>
    public const string Created = "created";

    /// <summary>Seconds since 1970.</summary>
    public const string LastSeen = "last_seen";

    /// <summary>How many, so far.</summary>
    public const string Requests = "requests";

    /// <summary>The client's address.</summary>
    public const string Client = "client";

    /// <summary>What precedes the lower-case name of a request's field.</summary>
    public const string HeaderPrefix = "header:";
}

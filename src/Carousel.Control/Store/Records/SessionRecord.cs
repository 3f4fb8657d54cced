namespace Carousel.Control.Store.Records;

/// <summary>Layout of a session's record in the store, documented for backends in docs/SESSIONS.md.</summary>
internal static class SessionRecord
{
    public const string KeyPrefix = "carousel:session:";
    public const string DataSuffix = ":data";

    /// <summary>URL of the server that responded last.</summary>
    public const string Backend = "backend";

    /// <summary>Seconds since 1970.</summary>
    public const string Created = "created";

    /// <summary>Seconds since 1970.</summary>
    public const string LastSeen = "last_seen";

    /// <summary>Number of requests so far.</summary>
    public const string Requests = "requests";

    /// <summary>The client's address.</summary>
    public const string Client = "client";

    /// <summary>Prefix of the lower-case name of a request header field.</summary>
    public const string HeaderPrefix = "header:";
}

namespace Carousel.Core.Policies;

/// <summary>What requests must share to be sent to the same server, for <see cref="PolicyKind.Hash"/>.</summary>
public enum HashBy : byte
{
    /// <summary>The client's address.</summary>
    Source,

    /// <summary>Path and query.</summary>
    Url,

    /// <summary>The value of a cookie; the client's address if it is missing.</summary>
    Cookie,

    /// <summary>The value of a header field; the client's address if it is missing.</summary>
    Header,
}

namespace Carousel.Core.Policies;

/// <summary>What requests must have in common to meet the same server, by the policy <see cref="PolicyKind.Hash"/>.</summary>
public enum HashBy : byte
{
    /// <summary>The client's address.</summary>
    Source,

    /// <summary>Path and query.</summary>
    Url,

    /// <summary>The value of a cookie; the source, where it is missing.</summary>
    Cookie,

    /// <summary>The value of a header field; the source, where it is missing.</summary>
    Header,
}

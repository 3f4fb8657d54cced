namespace Carousel.Core.Sessions;

/// <summary>An update of one session, from a worker to the store. Valid as long as the spans it refers to.</summary>
public readonly ref struct SessionEvent
{
    /// <summary>The session.</summary>
    public required SessionId Id { get; init; }

    /// <summary>The tag of the server that responded last: 64 bits of the hash of its URL.</summary>
    public required ulong ServerTag { get; init; }

    /// <summary>Start of the session in seconds since 1970, as far as known: its cookie's issue.</summary>
    public required uint CreatedAt { get; init; }

    /// <summary>Time of the last request in seconds since 1970.</summary>
    public required uint SeenAt { get; init; }

    /// <summary>Requests since the last event.</summary>
    public required uint Requests { get; init; }

    /// <summary>True if <see cref="Client"/> and <see cref="Fields"/> are set: the record is to be written, not only touched.</summary>
    public bool IsRecord { get; init; }

    /// <summary>The client's address as text, at most 45 bytes.</summary>
    public ReadOnlySpan<byte> Client { get; init; }

    /// <summary>Fields of the request in <see cref="SessionFields"/> encoding, at most <see cref="SessionFields.MaxBytes"/>.</summary>
    public ReadOnlySpan<byte> Fields { get; init; }
}

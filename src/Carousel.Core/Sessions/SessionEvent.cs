namespace Carousel.Core.Sessions;

/// <summary>What a worker tells the store of one session. Lives as long as the spans it was made of.</summary>
public readonly ref struct SessionEvent
{
    /// <summary>Whose session it is.</summary>
    public required SessionId Id { get; init; }

    /// <summary>The <see cref="Pool.Server.Tag"/> of the server that answered last.</summary>
    public required ulong ServerTag { get; init; }

    /// <summary>Seconds since 1970 of the session's beginning, as far as is known: its cookie's issue.</summary>
    public required uint CreatedAt { get; init; }

    /// <summary>Seconds since 1970 of the last request.</summary>
    public required uint SeenAt { get; init; }

    /// <summary>Requests since the last event.</summary>
    public required uint Requests { get; init; }

    /// <summary>True if <see cref="Client"/> and <see cref="Fields"/> are told: the record is to be (re)written, not just touched.</summary>
    public bool IsRecord { get; init; }

    /// <summary>The client's address as text, at most 45 bytes.</summary>
    public ReadOnlySpan<byte> Client { get; init; }

    /// <summary>Fields of the request in the form of <see cref="SessionFields"/>, at most <see cref="SessionFields.MaxBytes"/>.</summary>
    public ReadOnlySpan<byte> Fields { get; init; }
}

using System.Text;
using Carousel.Core.Sessions;

namespace Carousel.Control.Store.Records;

/// <summary>One session's update to the store: its events of one batch, merged. One thread at a time.</summary>
internal sealed class SessionUpdate
{
    private readonly Dictionary<string, byte[]> _fields = [];

    public SessionUpdate(in SessionEvent first)
    {
        Id = first.Id;
        CreatedAt = first.CreatedAt;
        Add(first);
    }

    public SessionId Id { get; }

    /// <summary>Tag of the server that responded last.</summary>
    public ulong ServerTag { get; private set; }

    /// <summary>Seconds since 1970, the earliest of all events.</summary>
    public uint CreatedAt { get; private set; }

    /// <summary>Seconds since 1970, the latest of all events.</summary>
    public uint SeenAt { get; private set; }

    /// <summary>Requests not yet counted in the store; 0 once they may have been, so that none is counted twice.</summary>
    public long Requests { get; set; }

    /// <summary>Null if no event included it.</summary>
    public byte[]? Client { get; private set; }

    /// <summary>The request's header fields by lower-case name, values of the same name joined (RFC 9110 section 5.3).</summary>
    public IReadOnlyDictionary<string, byte[]> Fields => _fields;

    /// <summary>Merges another event of the same session. Workers' queues are read one after the other, so events are ordered by their times.</summary>
    public void Add(in SessionEvent next)
    {
        CreatedAt = Math.Min(CreatedAt, next.CreatedAt);
        Requests += next.Requests;
        bool isNewest = next.SeenAt >= SeenAt;
        if (isNewest)
        {
            SeenAt = next.SeenAt;
            ServerTag = next.ServerTag;
        }
        if (next.IsRecord && (isNewest || Client is null))
        {
            Client = next.Client.ToArray();
            TakeFields(next.Fields);
        }
    }

    private void TakeFields(ReadOnlySpan<byte> fields)
    {
        _fields.Clear();
        while (SessionFields.TryTake(ref fields, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value))
        {
            string key = Encoding.Latin1.GetString(name).ToLowerInvariant();
            _fields[key] = _fields.TryGetValue(key, out byte[]? before) ? [.. before, .. ", "u8, .. value] : value.ToArray();
        }
    }
}

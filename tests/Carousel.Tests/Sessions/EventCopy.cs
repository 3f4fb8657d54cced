using System.Text;
using Carousel.Core.Sessions;

namespace Carousel.Tests.Sessions;

/// <summary>A copy of a <see cref="SessionEvent"/>.</summary>
internal sealed record EventCopy(
    SessionId Id, ulong ServerTag, uint CreatedAt, uint SeenAt, uint Requests, bool IsRecord, string Client, string Fields)
{
    /// <summary>The event; its spans refer to arrays of its own.</summary>
    public SessionEvent Event() => new()
    {
        Id = Id,
        ServerTag = ServerTag,
        CreatedAt = CreatedAt,
        SeenAt = SeenAt,
        Requests = Requests,
        IsRecord = IsRecord,
        Client = Encoding.Latin1.GetBytes(Client),
        Fields = Encoding.Latin1.GetBytes(Fields),
    };

    public static EventCopy Of(in SessionEvent item) => new(
        item.Id, item.ServerTag, item.CreatedAt, item.SeenAt, item.Requests, item.IsRecord,
        Encoding.Latin1.GetString(item.Client), Encoding.Latin1.GetString(item.Fields));

    /// <summary>Removes and returns all queued events.</summary>
    public static List<EventCopy> Drain(SessionQueue queue)
    {
        var all = new List<EventCopy>();
        while (queue.TryPeek(out SessionEvent item))
        {
            all.Add(Of(item));
            queue.Release();
        }
        return all;
    }

    /// <summary>The fields without Host.</summary>
    public List<(string Name, string Value)> FieldsButHost() => [.. FieldList().Where(field => field.Name != "Host")];

    /// <summary>The fields in order, names as received.</summary>
    public List<(string Name, string Value)> FieldList()
    {
        var list = new List<(string, string)>();
        ReadOnlySpan<byte> rest = Encoding.Latin1.GetBytes(Fields);
        while (SessionFields.TryTake(ref rest, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value))
        {
            list.Add((Encoding.Latin1.GetString(name), Encoding.Latin1.GetString(value)));
        }
        return list;
    }
}

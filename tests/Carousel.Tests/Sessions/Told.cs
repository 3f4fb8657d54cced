using System.Text;
using Carousel.Core.Sessions;

namespace Carousel.Tests.Sessions;

/// <summary>A <see cref="SessionEvent"/> to keep.</summary>
internal sealed record Told(
    SessionId Id, ulong ServerTag, uint CreatedAt, uint SeenAt, uint Requests, bool IsRecord, string Client, string Fields)
{
    /// <summary>The event itself, over bytes that live as long as it does.</summary>
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

    public static Told Of(in SessionEvent item) => new(
        item.Id, item.ServerTag, item.CreatedAt, item.SeenAt, item.Requests, item.IsRecord,
        Encoding.Latin1.GetString(item.Client), Encoding.Latin1.GetString(item.Fields));

    /// <summary>All that waits in the queue, taken out.</summary>
    public static List<Told> Drain(SessionQueue queue)
    {
        var all = new List<Told>();
        while (queue.TryPeek(out SessionEvent item))
        {
            all.Add(Of(item));
            queue.Release();
        }
        return all;
    }

    /// <summary>Those that are not in every request.</summary>
    public List<(string Name, string Value)> FieldsButHost() => [.. FieldList().Where(field => field.Name != "Host")];

    /// <summary>The fields by name, names as they came.</summary>
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

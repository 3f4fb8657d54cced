using System.Text;

namespace Carousel.Engine.Http;

/// <summary>Fields that a message's Connection field declares as hop-by-hop (RFC 9110 section 7.6.1).</summary>
/// <remarks>
/// They are removed as the RFC requires, but a sender must not be able to remove fields that other parties rely on. Fields known to
/// <see cref="FieldName"/> are kept (they are removed anyway, or carry framing, routing or forwarding information), except Cookie and
/// Authorization. The names listed here are kept as well.
/// </remarks>
internal static class ConnectionNames
{
    /// <summary>Returns true if a field of this name is removed when Connection names it. The name must be a token.</summary>
    public static bool MayRemove(ReadOnlySpan<byte> name) =>
        MayRemove(FieldNames.Match(name))
        && !StartsWith(name, "x-session-"u8)
        && !Ascii.EqualsIgnoreCase(name, "set-cookie"u8)
        // A connection option, reserved as a field name (RFC 9110 section 16.3.2).
        && !Ascii.EqualsIgnoreCase(name, "close"u8);

    /// <summary>Removes the fields that the head's Connection fields name.</summary>
    public static void RemoveFrom(MessageHead head)
    {
        ReadOnlySpan<Field> fields = head.Fields;
        for (int i = 0; i < fields.Length; i++)
        {
            if (Remove(head.Bytes, fields, fields[i]))
            {
                head.Remove(i);
            }
        }
    }

    /// <summary>Returns true if one of the head's Connection fields names this field and it may be removed for that.</summary>
    public static bool Remove(ReadOnlySpan<byte> head, ReadOnlySpan<Field> fields, in Field field)
    {
        if (!MayRemove(field.Known))
        {
            return false;
        }
        ReadOnlySpan<byte> name = field.Name.Of(head);
        foreach (ref readonly Field other in fields)
        {
            if (other.Known == FieldName.Connection && Names(other.Value.Of(head), name))
            {
                return MayRemove(name);
            }
        }
        return false;
    }

    private static bool MayRemove(FieldName known) => known is FieldName.Other or FieldName.Cookie or FieldName.Authorization;

    private static bool Names(ReadOnlySpan<byte> connection, ReadOnlySpan<byte> name)
    {
        var options = new TokenList(connection);
        while (options.MoveNext())
        {
            if (Ascii.EqualsIgnoreCase(options.Current, name))
            {
                return true;
            }
        }
        return false;
    }

    private static bool StartsWith(ReadOnlySpan<byte> name, ReadOnlySpan<byte> lower) =>
        name.Length >= lower.Length && Ascii.EqualsIgnoreCase(name[..lower.Length], lower);
}

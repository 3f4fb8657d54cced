using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Carousel.Core.Sessions;

namespace Carousel.Control.Store.Keys;

/// <summary>Format of a key in the store: the id in decimal, the secret in base64. Pure.</summary>
internal static class KeyText
{
    public static string Field(uint id) => id.ToString(CultureInfo.InvariantCulture);

    public static string Value(SessionKey key) => Convert.ToBase64String(key.Secret);

    /// <summary>False if this is not a key, or its field is not in canonical form: such a field could not be looked up again by id.</summary>
    public static bool TryRead(string field, string value, [NotNullWhen(true)] out SessionKey? key)
    {
        Span<byte> secret = stackalloc byte[SessionKey.SecretBytes];
        bool isKey = uint.TryParse(field, NumberStyles.None, CultureInfo.InvariantCulture, out uint id)
            && Field(id) == field
            && Convert.TryFromBase64String(value, secret, out int length)
            && length == SessionKey.SecretBytes;
        key = isKey ? new SessionKey(id, secret) : null;
        return isKey;
    }
}

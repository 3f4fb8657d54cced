using System.Collections.Immutable;
using System.Text;

namespace Carousel.Core.Sessions;

/// <summary>Names of request fields that a session's record must not contain: those that let a reader impersonate the client. Immutable, any thread.</summary>
/// <remarks>
/// Names are matched without case. Besides the known names, any name that contains one of the <see cref="Words"/> counts as a credential: losing a
/// harmless field is better than leaking a credential.
/// </remarks>
public sealed class CredentialNames
{
    /// <summary>Fields known to carry credentials, or addresses that contain them (Referer with its query). Lower case.</summary>
    public static ImmutableArray<string> Known { get; } =
    [
        "authorization", "proxy-authorization", "www-authenticate", "proxy-authenticate", "authentication-info", "proxy-authentication-info",
        "cookie", "cookie2", "set-cookie", "set-cookie2", "referer", "dpop", "signature", "signature-input",
        "api-key", "apikey", "x-api-key", "x-apikey", "x-auth", "x-auth-token", "x-auth-key", "x-auth-user", "x-access-token", "x-id-token",
        "x-refresh-token", "x-token", "x-user-token", "x-session-token", "x-session", "x-csrf-token", "x-csrftoken", "x-xsrf-token", "csrf-token",
        "x-amz-security-token", "x-amz-signature", "x-amzn-oidc-accesstoken", "x-amzn-oidc-data", "x-amzn-oidc-identity",
        "x-goog-api-key", "x-goog-iap-jwt-assertion", "x-goog-authenticated-user-email", "cf-access-jwt-assertion", "cf-access-client-id",
        "cf-access-client-secret", "x-ms-token-aad-access-token", "x-ms-token-aad-id-token", "x-ms-client-principal", "ocp-apim-subscription-key",
        "x-functions-key", "x-vault-token", "x-consul-token", "x-gitlab-token", "private-token", "job-token", "deploy-token", "x-hub-signature",
        "x-hub-signature-256", "x-shopify-access-token", "x-forwarded-access-token", "x-forwarded-user", "x-forwarded-email",
        "x-forwarded-client-cert", "x-client-cert", "x-ssl-client-cert", "ssl-client-cert", "client-cert", "client-cert-chain", "x-otp", "x-totp",
        "x-pin", "sec-websocket-key", "sec-websocket-protocol", "x-webauth-user", "x-remote-user", "remote-user", "x-parse-rest-api-key",
        "x-parse-master-key", "x-parse-session-token", "x-algolia-api-key", "x-rapidapi-key", "stripe-signature", "x-license-key",
    ];

    /// <summary>Substrings that mark a name as a credential. Lower case.</summary>
    public static ImmutableArray<string> Words { get; } =
        ["auth", "cookie", "token", "secret", "passw", "credential", "api-key", "apikey", "jwt", "assertion", "signature", "client-cert", "private-key"];

    /// <summary>Names of this length or more are always hidden.</summary>
    private const int MaxLength = 256;

    private readonly byte[][][] _namesByLength = new byte[MaxLength][][];
    private readonly byte[][] _words;

    /// <param name="more">Additional names to hide, shorter than 256 characters.</param>
    public CredentialNames(IEnumerable<string> more)
    {
        IEnumerable<string> names = Known.Concat(more.Select(name => name.ToLowerInvariant())).Distinct();
        Array.Fill(_namesByLength, []);
        foreach (IGrouping<int, string> alike in names.GroupBy(name => name.Length))
        {
            _namesByLength[alike.Key] = [.. alike.Select(Encoding.ASCII.GetBytes)];
        }
        _words = [.. Words.Select(Encoding.ASCII.GetBytes)];
    }

    /// <summary>True if a record must not contain the field with this name. Allocates nothing.</summary>
    public bool Contains(ReadOnlySpan<byte> name)
    {
        if (name.Length >= MaxLength)
        {
            return true;
        }
        Span<byte> lower = stackalloc byte[name.Length];
        Ascii.ToLower(name, lower, out _);
        foreach (byte[] hidden in _namesByLength[name.Length])
        {
            if (lower.SequenceEqual(hidden))
            {
                return true;
            }
        }
        foreach (byte[] word in _words)
        {
            if (lower.IndexOf(word) >= 0)
            {
                return true;
            }
        }
        return false;
    }
}

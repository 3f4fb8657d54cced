using Carousel.Core.Sessions;

namespace Carousel.Control.Store;

/// <summary>
/// Secrets from the kernel (random(4)). The framework's own generator is OpenSSL's, which a machine need not have for us to start.
/// </summary>
internal static class RandomSecrets
{
    /// <summary>As many random bytes as a key's secret has. Any thread.</summary>
    public static byte[] Next()
    {
        byte[] secret = new byte[SessionKey.SecretBytes];
        using FileStream source = new("/dev/urandom", new FileStreamOptions { BufferSize = 0 });
        source.ReadExactly(secret);
        return secret;
    }
}

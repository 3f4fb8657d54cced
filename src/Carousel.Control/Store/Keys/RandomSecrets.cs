namespace Carousel.Control.Store.Keys;

/// <summary>Secrets from the kernel. The framework's generator needs OpenSSL at run time, which must not be required to start.</summary>
public static class RandomSecrets
{
    /// <summary>Returns <paramref name="count"/> random bytes, suitable for a key.</summary>
    /// <exception cref="IOException">There is no /dev/urandom.</exception>
    public static byte[] Next(int count)
    {
        byte[] bytes = new byte[count];
        using FileStream source = File.OpenRead("/dev/urandom");
        source.ReadExactly(bytes);
        return bytes;
    }
}

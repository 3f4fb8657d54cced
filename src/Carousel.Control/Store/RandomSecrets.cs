namespace Carousel.Control.Store;

/// <summary>Secrets of the kernel's. The framework's own generator needs OpenSSL at run time, which must not be a condition for starting.</summary>
public static class RandomSecrets
{
    /// <summary>So many random bytes, fit for a key.</summary>
    /// <exception cref="IOException">There is no /dev/urandom.</exception>
    public static byte[] Next(int count)
    {
        byte[] bytes = new byte[count];
        using FileStream source = File.OpenRead("/dev/urandom");
        source.ReadExactly(bytes);
        return bytes;
    }
}

namespace Carousel.Engine.Linux;

/// <summary>Random bytes from the kernel, read in batches. Not thread-safe.</summary>
internal sealed unsafe class RandomBytes
{
    /// <summary>The kernel returns up to 256 bytes without interruption by signals (getrandom(2)).</summary>
    private const int Batch = 256;

    private readonly byte[] _bytes = new byte[Batch];
    private int _used = Batch;

    /// <summary>Returns the next <paramref name="count"/> bytes, at most 256; valid until the next call.</summary>
    /// <exception cref="InvalidOperationException">
    /// getrandom failed: the kernel is older than 3.17, or a filter forbids the call.
    /// </exception>
    public ReadOnlySpan<byte> Next(int count)
    {
        if (_used + count > Batch)
        {
            fixed (byte* to = _bytes)
            {
                if (Libc.getrandom(to, Batch, 0) != Batch)
                {
                    throw new InvalidOperationException("the kernel returned no random bytes: getrandom failed");
                }
            }
            _used = 0;
        }
        ReadOnlySpan<byte> next = _bytes.AsSpan(_used, count);
        _used += count;
        return next;
    }
}

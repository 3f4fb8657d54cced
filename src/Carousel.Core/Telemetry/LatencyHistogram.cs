using System.Numerics;

namespace Carousel.Core.Telemetry;

/// <summary>
/// Counts how long things took, in buckets that grow with the time (as HdrHistogram does): any time from a microsecond to over an hour is told to 1.6 %, in
/// 3.6 KB. One writer; any thread may read, and sees each bucket as it is at that moment.
/// </summary>
public sealed class LatencyHistogram
{
    /// <summary>Buckets to each doubling of the time: a bucket is 1/32 of what it begins with, so its middle is at most 1/64 off.</summary>
    private const int SubBits = 5;

    private const int Sub = 1 << SubBits;

    /// <summary>Doublings that are told apart: 2^33 us are over two hours; what takes longer counts as that.</summary>
    private const int Octaves = 33 - SubBits;

    /// <summary>How many buckets there are.</summary>
    public const int Buckets = Sub * (Octaves + 1);

    private readonly uint[] _counts = new uint[Buckets];
    private long _sumMicros;

    /// <summary>The sum of all times, in microseconds.</summary>
    public long SumMicros => Volatile.Read(ref _sumMicros);

    /// <summary>Counts one. The writer's thread only.</summary>
    /// <param name="micros">In microseconds; below 0 counts as 0.</param>
    public void Record(long micros)
    {
        micros = Math.Max(0, micros);
        _counts[BucketOf(micros)]++;
        _sumMicros += micros;
    }

    /// <summary>Adds what was counted so far to these buckets. A bucket's 32 bits may have gone round: the difference between two readings is right all the same.</summary>
    /// <param name="into"><see cref="Buckets"/> long.</param>
    internal void AddTo(Span<long> into)
    {
        for (int i = 0; i < Buckets; i++)
        {
            into[i] += Volatile.Read(ref _counts[i]);
        }
    }

    /// <summary>The bucket that this time counts in.</summary>
    internal static int BucketOf(long micros)
    {
        if (micros < Sub)
        {
            return (int)micros;
        }
        int shift = BitOperations.Log2((ulong)micros) - SubBits;
        return Math.Min(Buckets - 1, (shift * Sub) + (int)(micros >> shift));
    }

    /// <summary>The first time, in microseconds, that counts in this bucket.</summary>
    internal static long FirstOf(int bucket)
    {
        if (bucket < 2 * Sub)
        {
            return bucket;
        }
        int shift = (bucket / Sub) - 1;
        return (long)(Sub + (bucket % Sub)) << shift;
    }
}

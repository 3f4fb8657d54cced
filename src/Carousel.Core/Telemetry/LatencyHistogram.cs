using System.Numerics;

namespace Carousel.Core.Telemetry;

/// <summary>
/// A latency histogram with exponential buckets (like HdrHistogram): 1 us to over an hour with an error of at most 1.6 %, in 3.6 KB.
/// One writer; any thread may read, and each bucket is read separately.
/// </summary>
public sealed class LatencyHistogram
{
    /// <summary>log2 of the buckets per octave: a bucket's width is 1/32 of its lower bound, so its midpoint is off by at most 1/64.</summary>
    private const int SubBits = 5;

    private const int Sub = 1 << SubBits;

    /// <summary>Octaves covered: 2^33 us is over two hours. Longer times count in the last bucket.</summary>
    private const int Octaves = 33 - SubBits;

    /// <summary>Number of buckets.</summary>
    public const int Buckets = Sub * (Octaves + 1);

    private readonly uint[] _counts = new uint[Buckets];
    private long _sumMicros;

    /// <summary>The sum of all times, in microseconds.</summary>
    public long SumMicros => Volatile.Read(ref _sumMicros);

    /// <summary>Records one value. The writer's thread only.</summary>
    /// <param name="micros">In microseconds; negative values count as 0.</param>
    public void Record(long micros)
    {
        micros = Math.Max(0, micros);
        _counts[BucketOf(micros)]++;
        _sumMicros += micros;
    }

    /// <summary>Adds the counts to these buckets. A 32-bit count may have wrapped around; the difference of two readings is still correct.</summary>
    /// <param name="into">Of length <see cref="Buckets"/>.</param>
    internal void AddTo(Span<long> into)
    {
        for (int i = 0; i < Buckets; i++)
        {
            into[i] += Volatile.Read(ref _counts[i]);
        }
    }

    /// <summary>The bucket of this value.</summary>
    internal static int BucketOf(long micros)
    {
        if (micros < Sub)
        {
            return (int)micros;
        }
        int shift = BitOperations.Log2((ulong)micros) - SubBits;
        return Math.Min(Buckets - 1, (shift * Sub) + (int)(micros >> shift));
    }

    /// <summary>The lower bound of this bucket, in microseconds.</summary>
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

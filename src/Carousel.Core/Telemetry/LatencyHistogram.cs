using System.Numerics;
using System.Runtime.CompilerServices;

namespace Carousel.Core.Telemetry;

/// <summary>
/// A latency histogram with exponential buckets (like HdrHistogram): 1 us to over an hour with an error of at most 1.6 %. Has memory for the octaves in
/// which a time was recorded: 64 bytes, and 128 an octave; most servers use three to six of 29. One writer; any thread may read, and each bucket is read
/// separately.
/// </summary>
public sealed class LatencyHistogram
{
    /// <summary>log2 of the buckets per octave: a bucket's width is 1/32 of its lower bound, so its midpoint is off by at most 1/64.</summary>
    private const int SubBits = 5;

    private const int Sub = 1 << SubBits;

    /// <summary>Octaves covered, the first with all times below 32 us: 2^33 us is over two hours. Longer times count in the last bucket.</summary>
    private const int Octaves = 33 - SubBits + 1;

    /// <summary>Number of buckets.</summary>
    public const int Buckets = Sub * Octaves;

    /// <summary>The buckets of the octaves in use, in the order of their first use.</summary>
    private uint[] _counts = [];

    /// <summary>For each octave its place in <see cref="_counts"/>, from 1; 0 if it is not in use.</summary>
    private OctavePlaces _places;
    private long _sumMicros;

    /// <summary>The sum of all times, in microseconds.</summary>
    public long SumMicros => Volatile.Read(ref _sumMicros);

    /// <summary>Records one value. The writer's thread only. Allocates only for the first value of an octave.</summary>
    /// <param name="micros">In microseconds; negative values count as 0.</param>
    public void Record(long micros)
    {
        micros = Math.Max(0, micros);
        int bucket = BucketOf(micros);
        int place = _places[bucket >> SubBits];
        if (place == 0)
        {
            place = Add(bucket >> SubBits);
        }
        _counts[((place - 1) << SubBits) + (bucket & (Sub - 1))]++;
        _sumMicros += micros;
    }

    /// <summary>Adds the counts to these buckets. A 32-bit count may have wrapped around; the difference of two readings is still correct.</summary>
    /// <param name="into">Of length <see cref="Buckets"/>.</param>
    internal void AddTo(Span<long> into)
    {
        for (int octave = 0; octave < Octaves; octave++)
        {
            int place = Volatile.Read(ref _places[octave]);
            if (place == 0)
            {
                continue;
            }
            Span<uint> counts = Volatile.Read(ref _counts).AsSpan((place - 1) << SubBits, Sub);
            Span<long> sums = into.Slice(octave << SubBits, Sub);
            for (int i = 0; i < Sub; i++)
            {
                sums[i] += Volatile.Read(ref counts[i]);
            }
        }
    }

    /// <summary>Makes room for an octave; returns its place. The larger array is published before the place in it.</summary>
    private byte Add(int octave)
    {
        uint[] counts = new uint[_counts.Length + Sub];
        _counts.CopyTo(counts, 0);
        Volatile.Write(ref _counts, counts);
        byte place = (byte)(counts.Length >> SubBits);
        Volatile.Write(ref _places[octave], place);
        return place;
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

    [InlineArray(Octaves)]
    private struct OctavePlaces
    {
        private byte _first;
    }
}

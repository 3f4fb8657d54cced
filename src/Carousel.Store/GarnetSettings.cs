using System.Net;
using System.Numerics;
using Garnet.server;
using Garnet.server.Auth.Settings;
using Tsavorite.core;

namespace Carousel.Store;

/// <summary>Our options in Garnet's words. Every number that is none of the user's business is chosen here.</summary>
internal static class GarnetSettings
{
    /// <summary>The unit in which memory is taken and given way; no inline value is larger than half of it.</summary>
    private const long PageBytes = 1 << 20;

    /// <summary>What waits for the disk: with 8 MB, pipelined writes stalled for seconds.</summary>
    private const long AppendOnlyMemory = 64 << 20;

    /// <summary>Garnet wants it to be at least twice a page of the store.</summary>
    private const long AppendOnlyPage = 4 << 20;

    /// <summary>Files of the append-only log are given back to the disk one at a time.</summary>
    private const long AppendOnlySegment = 64 << 20;

    /// <summary>How much a kill -9 may cost: what was written since.</summary>
    private const int CommitEveryMilliseconds = 100;

    private const int SweepEverySeconds = 60;

    public static GarnetServerOptions Of(StoreOptions options)
    {
        var settings = new GarnetServerOptions
        {
            EndPoints = [.. options.Bind.Select(address => new IPEndPoint(address, options.Port))],
            QuietMode = true,
            LogMemorySize = Text(options.Memory),
            PageSize = Text(PageBytes),
            IndexMemorySize = Text(IndexBytes(options.Memory)),
            SegmentSize = "16m",
            ObjectLogSegmentSize = "16m",
            PubSubPageSize = "4k",
            // A session that nobody comes back for makes room when it expires, not when the memory is full.
            ExpiredKeyDeletionScanFrequencySecs = SweepEverySeconds,
            EnableLua = true,
            LuaOptions = new LuaOptions(LuaMemoryManagementMode.Native, "", Timeout.InfiniteTimeSpan, LuaLoggingMode.Silent, [], null),
            // Garnet's native device is not found in a self-contained program: the process would die at the first commit.
            DeviceType = DeviceType.RandomAccess,
            DeviceFactoryCreator = new LocalStorageNamedDeviceFactoryCreator(deviceType: DeviceType.RandomAccess),
        };
        if (options.Password is not null)
        {
            settings.AuthSettings = new AclAuthenticationPasswordSettings(null, options.Password);
        }
        if (options.DataDirectory is not null)
        {
            KeepIn(options.DataDirectory, options.Memory, settings);
        }
        return settings;
    }

    /// <summary>What the files may grow to before they are written anew: a checkpoint of what is in memory, and a short log.</summary>
    internal static long AppendOnlyLimit(long memory) => Math.Max(4 * PowerOfTwo(memory), 4 * AppendOnlySegment);

    private static void KeepIn(string directory, long memory, GarnetServerOptions settings)
    {
        // Not LogDir: that one asks for a storage tier.
        settings.CheckpointDir = directory;
        settings.EnableAOF = true;
        settings.Recover = true;
        settings.FailOnRecoveryError = true;
        settings.CommitFrequencyMs = CommitEveryMilliseconds;
        settings.AofMemorySize = Text(AppendOnlyMemory);
        settings.AofPageSize = Text(AppendOnlyPage);
        settings.AofSegmentSize = Text(AppendOnlySegment);
        settings.AofSizeLimit = Text(AppendOnlyLimit(memory));
    }

    /// <summary>
    /// A quarter of the memory: room for keys of the smallest records that fill it. When its overflow is exhausted Garnet cuts the connection of
    /// whoever writes, so it must not be. What is not touched of it takes no memory.
    /// </summary>
    private static long IndexBytes(long memory) => PowerOfTwo(memory) / 4;

    private static long PowerOfTwo(long bytes) => (long)BitOperations.RoundUpToPowerOf2((ulong)bytes);

    private static string Text(long bytes) => $"{bytes >> 10}k";
}

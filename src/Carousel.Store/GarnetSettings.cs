using System.Net;
using System.Numerics;
using Garnet.server;
using Garnet.server.Auth.Settings;
using Tsavorite.core;

namespace Carousel.Store;

/// <summary>Maps the options to Garnet's settings, and sets what users can't configure.</summary>
internal static class GarnetSettings
{
    /// <summary>The unit of allocation and eviction; no inline value is larger than half of it.</summary>
    private const long PageBytes = 1 << 20;

    /// <summary>Buffer of writes to the disk: with 8 MB, pipelined writes stalled for seconds.</summary>
    private const long AppendOnlyMemory = 64 << 20;

    /// <summary>Garnet requires at least twice a page of the store.</summary>
    private const long AppendOnlyPage = 4 << 20;

    /// <summary>File size of the append-only log, which is truncated by whole files.</summary>
    private const long AppendOnlySegment = 64 << 20;

    /// <summary>A kill -9 loses the writes since the last commit.</summary>
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
            // Frees expired sessions on expiry, not only when memory is full.
            ExpiredKeyDeletionScanFrequencySecs = SweepEverySeconds,
            EnableLua = true,
            LuaOptions = new LuaOptions(LuaMemoryManagementMode.Native, "", Timeout.InfiniteTimeSpan, LuaLoggingMode.Silent, [], null),
            // A self-contained program does not find Garnet's native device: the process would crash at the first commit.
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

    /// <summary>The size of the log at which it is replaced by a checkpoint of the memory and a short log.</summary>
    internal static long AppendOnlyLimit(long memory) => Math.Max(4 * PowerOfTwo(memory), 4 * AppendOnlySegment);

    private static void KeepIn(string directory, long memory, GarnetServerOptions settings)
    {
        // Not LogDir, which enables a storage tier.
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
    /// A quarter of the memory: enough for the keys of the smallest records that fill it. If its overflow is exhausted, Garnet closes the writer's
    /// connection, so this must not happen. Untouched pages take no memory.
    /// </summary>
    private static long IndexBytes(long memory) => PowerOfTwo(memory) / 4;

    private static long PowerOfTwo(long bytes) => (long)BitOperations.RoundUpToPowerOf2((ulong)bytes);

    private static string Text(long bytes) => $"{bytes >> 10}k";
}

namespace Carousel.Control.Telemetry;

/// <summary>Metrics of the process. Standard metrics have their conventional names.</summary>
/// <param name="version">The version of the program.</param>
/// <param name="descriptors">The limit of open descriptors (getrlimit(2), RLIMIT_NOFILE).</param>
/// <param name="time">The clock.</param>
public sealed class ProcessMetrics(string version, ulong descriptors, TimeProvider time) : IMetricSource
{
    private static readonly Metric Memory = new("process_resident_memory_bytes", MetricKind.Gauge, "By", "Resident memory of the process");

    private static readonly Metric Cpu = new("process_cpu_seconds_total", MetricKind.Counter, "s", "CPU time used by the process, user and system");

    private static readonly Metric Open = new("process_open_fds", MetricKind.Gauge, "{descriptor}", "Open descriptors: files, connections and others");

    private static readonly Metric MaxOpen = new("process_max_fds", MetricKind.Gauge, "{descriptor}", "Maximum number of open descriptors");

    private static readonly Metric Start = new("process_start_time_seconds", MetricKind.Gauge, "s", "Start time of the process, in seconds since 1970");

    private static readonly Metric Heap = new("carousel_managed_heap_bytes", MetricKind.Gauge, "By", "Size of the managed heap, including garbage");

    private static readonly Metric Pauses = new("carousel_gc_pause_seconds_total", MetricKind.Counter, "s", "Time all threads were paused by garbage collection");

    private static readonly Metric Build = new("carousel_build_info", MetricKind.Gauge, "", "1; the label has the version", "version");

    private readonly double _started = time.GetUtcNow().ToUnixTimeMilliseconds() / 1e3;

    /// <inheritdoc/>
    public IReadOnlyList<Metric> Metrics => [Memory, Cpu, Open, MaxOpen, Start, Heap, Pauses, Build];

    /// <inheritdoc/>
    public void Collect(IMetricSink sink)
    {
        Set(Memory, Environment.WorkingSet);
        Set(Cpu, CpuSeconds());
        Set(Open, CountOpen());
        Set(MaxOpen, descriptors);
        Set(Start, _started);
        Set(Heap, GC.GetTotalMemory(forceFullCollection: false));
        Set(Pauses, GC.GetTotalPauseDuration().TotalSeconds);
        sink.Begin(Build);
        sink.Add(1, version);

        void Set(Metric metric, double value)
        {
            sink.Begin(metric);
            sink.Add(value);
        }
    }

    /// <summary>Number of open descriptors (proc(5)), excluding the one used to count them. 0 without <c>/proc</c>.</summary>
    private static int CountOpen()
    {
        const string folder = "/proc/self/fd";
        return Directory.Exists(folder) ? Directory.EnumerateFileSystemEntries(folder).Count() - 1 : 0;
    }

    private static double CpuSeconds() => OperatingSystem.IsLinux() ? Environment.CpuUsage.TotalTime.TotalSeconds : 0;
}

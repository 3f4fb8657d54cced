namespace Carousel.Control.Telemetry;

/// <summary>The metrics of the process. Those that all processes have are called as everywhere.</summary>
/// <param name="version">Of the program.</param>
/// <param name="descriptors">How many it may have open (getrlimit(2), RLIMIT_NOFILE).</param>
/// <param name="time">The clock.</param>
public sealed class ProcessMetrics(string version, ulong descriptors, TimeProvider time) : IMetricSource
{
    private static readonly Metric Memory = new("process_resident_memory_bytes", MetricKind.Gauge, "By", "Memory that the process has in RAM");

    private static readonly Metric Cpu = new("process_cpu_seconds_total", MetricKind.Counter, "s", "CPU time that the process took, user and system");

    private static readonly Metric Open = new("process_open_fds", MetricKind.Gauge, "{descriptor}", "Descriptors that are open: files, connections and the like");

    private static readonly Metric MaxOpen = new("process_max_fds", MetricKind.Gauge, "{descriptor}", "Descriptors that may be open");

    private static readonly Metric Start = new("process_start_time_seconds", MetricKind.Gauge, "s", "When the process started, in seconds since 1970");

    private static readonly Metric Heap = new("carousel_managed_heap_bytes", MetricKind.Gauge, "By", "Memory of managed objects, garbage included");

    private static readonly Metric Pauses = new("carousel_gc_pause_seconds_total", MetricKind.Counter, "s", "Time for which garbage collections stopped all threads");

    private static readonly Metric Build = new("carousel_build_info", MetricKind.Gauge, "", "1; its label says which version this is", "version");

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

    /// <summary>The descriptors that are open now (proc(5)), the one that looks left out. 0 where there is no <c>/proc</c>.</summary>
    private static int CountOpen()
    {
        const string folder = "/proc/self/fd";
        return Directory.Exists(folder) ? Directory.EnumerateFileSystemEntries(folder).Count() - 1 : 0;
    }

    private static double CpuSeconds() => OperatingSystem.IsLinux() ? Environment.CpuUsage.TotalTime.TotalSeconds : 0;
}

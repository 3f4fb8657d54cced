using Carousel.Control.Admin;
using Carousel.Control.Store.Embedded;
using Carousel.Core.Config;
using Carousel.Core.Pools;
using Carousel.Engine;
using Carousel.Logging;

namespace Carousel.Cli;

/// <summary>The settings of a balancer, without its servers.</summary>
internal sealed record RunSettings
{
    public static readonly TimeSpan DefaultResolveInterval = TimeSpan.FromSeconds(30);
    public static readonly TimeSpan DefaultDrainTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Complete except for <see cref="EngineOptions.MaxConnections"/>, which depends on the descriptor limit.</summary>
    public required EngineOptions Engine { get; init; }

    /// <summary>Null to derive it from the descriptor limit.</summary>
    public int? MaxConnections { get; init; }

    /// <summary>The options of the pool.</summary>
    public required PoolOptions Pool { get; init; }

    /// <summary>Where sessions are kept.</summary>
    public StoreAddress Store { get; init; } = StoreAddress.Auto;

    /// <summary>The file with the store's password; null if there is none.</summary>
    public string? StorePasswordFile { get; init; }

    /// <summary>The options of the embedded store; its port and password come from <see cref="Store"/>.</summary>
    public EmbeddedStoreOptions EmbeddedStore { get; init; } = new();

    /// <summary>Where the last good list of the file is kept.</summary>
    public LastGoodPlace LastGood { get; init; } = new(null);

    /// <summary>True if changes to the file take effect automatically.</summary>
    public bool Watch { get; init; } = true;

    public TimeSpan ResolveInterval { get; init; } = DefaultResolveInterval;

    public TimeSpan DrainTimeout { get; init; } = DefaultDrainTimeout;

    /// <summary>The listen address of the admin side, without its token; null if off.</summary>
    public AdminOptions? Admin { get; init; } = AdminOptions.Default;

    /// <summary>True if --admin was given: then a failure to listen is an error.</summary>
    public bool IsAdminGiven { get; init; }

    /// <summary>The file with the admin side's token; null if there is none.</summary>
    public string? AdminTokenFile { get; init; }

    /// <summary>True if changes made at the admin side are written back to the file.</summary>
    public bool Save { get; init; }

    /// <summary>The effective value of every flag.</summary>
    public IReadOnlyList<SettingGroup> Described { get; init; } = [];
    public TelemetrySettings Telemetry { get; init; } = new();

    /// <summary>The level and format of the log.</summary>
    public LogSettings Log { get; init; } = new();
}

using Carousel.Control.Admin;
using Carousel.Control.Store;
using Carousel.Core.Config;
using Carousel.Core.Health;
using Carousel.Core.Sessions;
using Carousel.Engine;
using Carousel.Logging;

namespace Carousel.Cli;

/// <summary>What a balancer is started with, but for its servers.</summary>
internal sealed record RunSettings
{
    public static readonly TimeSpan DefaultResolveInterval = TimeSpan.FromSeconds(30);
    public static readonly TimeSpan DefaultDrainTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Complete but for <see cref="EngineOptions.MaxConnections"/>, which the descriptor limit has a say in.</summary>
    public required EngineOptions Engine { get; init; }

    /// <summary>Null to take what the descriptor limit allows.</summary>
    public int? MaxConnections { get; init; }

    public HealthOptions Health { get; init; } = new();

    public SessionOptions Sessions { get; init; } = new();

    /// <summary>Where sessions are kept.</summary>
    public StoreAddress Store { get; init; } = StoreAddress.Auto;

    /// <summary>The file with the store's password; null if there is none.</summary>
    public string? StorePasswordFile { get; init; }

    /// <summary>How the embedded store runs, if it does; the port and the password come from <see cref="Store"/>.</summary>
    public EmbeddedStoreOptions EmbeddedStore { get; init; } = new();

    /// <summary>Where the last good list of the file is kept.</summary>
    public LastGoodPlace LastGood { get; init; } = new(null);

    /// <summary>True if changes of the file take effect by themselves.</summary>
    public bool Watch { get; init; } = true;

    public TimeSpan ResolveInterval { get; init; } = DefaultResolveInterval;

    public TimeSpan DrainTimeout { get; init; } = DefaultDrainTimeout;

    /// <summary>Where the admin side listens, without its token; null for nowhere.</summary>
    public AdminOptions? Admin { get; init; } = AdminOptions.Default;

    /// <summary>True if it was asked for: then it must be there.</summary>
    public bool IsAdminGiven { get; init; }

    /// <summary>The file with the admin side's token; null if there is none.</summary>
    public string? AdminTokenFile { get; init; }

    /// <summary>True if changes made at the admin side are written back to the file.</summary>
    public bool Save { get; init; }

    /// <summary>The command line as it was understood.</summary>
    public IReadOnlyList<SettingGroup> Described { get; init; } = [];
    public TelemetrySettings Telemetry { get; init; } = new();

    /// <summary>What of the log is written, and how.</summary>
    public LogSettings Log { get; init; } = new();
}

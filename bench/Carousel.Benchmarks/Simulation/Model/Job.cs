using Carousel.Core.Servers;

namespace Carousel.Benchmarks.Simulation.Model;

/// <summary>A request in flight. Reused when it is done.</summary>
internal sealed class Job
{
    /// <summary>When it arrived at its balancer, in microseconds.</summary>
    public double ArrivedAt { get; set; }

    /// <summary>Its work: in multiples of the scenario's mean while it is queued, then in microseconds of a server of speed 1.</summary>
    public double Work { get; set; }

    /// <summary>When work on the remaining <see cref="Work"/> started.</summary>
    public double RunningSince { get; set; }

    /// <summary>A completion that was scheduled with an earlier version is void.</summary>
    public int Version { get; set; }

    /// <summary>The response is a 500, sent at once.</summary>
    public bool Failed { get; set; }

    /// <summary>The server as seen by its balancer.</summary>
    public Server Server { get; set; } = null!;
}

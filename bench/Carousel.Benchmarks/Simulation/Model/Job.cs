using Carousel.Core.Pool;

namespace Carousel.Benchmarks.Simulation.Model;

/// <summary>A request on its way. Reused when it is done.</summary>
internal sealed class Job
{
    /// <summary>When it came to its balancer, in microseconds.</summary>
    public double ArrivedAt { get; set; }

    /// <summary>What is to be done: in means of the scenario while it waits, in microseconds of a server of speed 1 from then on.</summary>
    public double Work { get; set; }

    /// <summary>Since when <see cref="Work"/> is being done.</summary>
    public double RunningSince { get; set; }

    /// <summary>An end that was scheduled under an earlier version is void.</summary>
    public int Version { get; set; }

    /// <summary>Answered with 500, at once.</summary>
    public bool Failed { get; set; }

    /// <summary>The server, as its balancer knows it.</summary>
    public Server Server { get; set; } = null!;
}

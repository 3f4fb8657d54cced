namespace Carousel.Benchmarks.Simulation.Model;

/// <summary>The distribution of the work of requests, with mean 1.</summary>
internal enum ServiceTime
{
    /// <summary>All requests have the same work.</summary>
    Constant,

    /// <summary>Exponential: coefficient of variation 1, as in queueing theory.</summary>
    Exponential,

    /// <summary>Log-normal with sigma 1, so coefficient of variation 1.3: as in real services, most requests are short and a few long.</summary>
    LogNormal,
}

internal static class ServiceTimes
{
    /// <summary>One request's work.</summary>
    public static double Draw(this ServiceTime distribution, Random random) => distribution switch
    {
        ServiceTime.Constant => 1,
        ServiceTime.Exponential => random.NextExponential(),
        // The mean of exp(normal) is exp(sigma^2 / 2).
        _ => Math.Exp(Normal(random) - 0.5),
    };

    /// <summary>Exponentially distributed, mean 1.</summary>
    public static double NextExponential(this Random random) => -Math.Log(1 - random.NextDouble());

    /// <summary>Box and Muller.</summary>
    private static double Normal(Random random) =>
        Math.Sqrt(2 * random.NextExponential()) * Math.Cos(2 * Math.PI * random.NextDouble());
}

namespace Carousel.Benchmarks.Simulation.Model;

/// <summary>How much work requests are: a distribution with mean 1.</summary>
internal enum ServiceTime
{
    /// <summary>Every request is the same.</summary>
    Constant,

    /// <summary>Coefficient of variation 1: what textbooks have formulas for.</summary>
    Exponential,

    /// <summary>Sigma 1, so coefficient of variation 1.3: what services look like, most requests short and a few long.</summary>
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

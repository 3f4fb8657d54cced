using System.Reflection;

namespace Carousel.Cli;

/// <summary>What this program is called and which version it is.</summary>
internal static class ProductVersion
{
    /// <summary>The version alone: <c>0.1.0</c>.</summary>
    public static string Number { get; } =
        // What follows the "+" names the commit.
        typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary><c>carousel 0.1.0</c>.</summary>
    public static string Line => $"carousel {Number}";
}

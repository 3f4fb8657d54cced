using System.Reflection;

namespace Carousel.Cli;

/// <summary>The name and version of this program.</summary>
internal static class ProductVersion
{
    /// <summary>The version alone: <c>0.1.0</c>.</summary>
    public static string Number { get; } =
        // The part after "+" is the commit.
        typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary><c>carousel 0.1.0</c>.</summary>
    public static string Line => $"carousel {Number}";
}

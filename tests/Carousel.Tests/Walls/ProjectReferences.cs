using System.Xml.Linq;

namespace Carousel.Tests.Walls;

/// <summary>Projects and packages that a project may reference.</summary>
/// <param name="Projects">Names of allowed projects.</param>
/// <param name="Packages">Names of allowed packages, or null for any.</param>
internal sealed record ProjectReferences(string[] Projects, string[]? Packages)
{
    /// <summary>Engine and Control do not reference each other: both reference Core, and the executable references all three.</summary>
    public static readonly Dictionary<string, ProjectReferences> Allowed = new()
    {
        ["Carousel.Core"] = new([], []),
        ["Carousel.Engine"] = new(["Carousel.Core"], []),
        ["Carousel.Control"] = new(["Carousel.Core"], null),
        ["Carousel.Store"] = new(["Carousel.Core"], null),
        ["Carousel"] = new(["Carousel.Core", "Carousel.Engine", "Carousel.Control"], null),
    };

    /// <summary>
    /// References of this project file that are not allowed. References that add nothing to the binary (analyzers, build-only projects) are ignored.
    /// </summary>
    public IEnumerable<string> Forbidden(XDocument project)
    {
        foreach (XElement reference in project.Descendants("ProjectReference"))
        {
            string name = Path.GetFileNameWithoutExtension((string)reference.Attribute("Include")!);
            bool isBuildOnly = (string?)reference.Attribute("ReferenceOutputAssembly") == "false";
            if (!isBuildOnly && !Projects.Contains(name))
            {
                yield return $"project {name}";
            }
        }
        foreach (XElement package in project.Descendants("PackageReference"))
        {
            string name = (string)package.Attribute("Include")!;
            bool isBuildOnly = (string?)package.Attribute("PrivateAssets") == "all";
            if (Packages is not null && !isBuildOnly && !Packages.Contains(name))
            {
                yield return $"package {name}";
            }
        }
        foreach (string name in Includes(project, "Reference").Concat(Includes(project, "FrameworkReference")))
        {
            if (Packages is not null)
            {
                yield return $"assembly {name}";
            }
        }
    }

    private static IEnumerable<string> Includes(XDocument project, string kind) =>
        project.Descendants(kind).Select(reference => (string?)reference.Attribute("Include")).OfType<string>();
}

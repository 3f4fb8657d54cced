using System.Xml.Linq;

namespace Carousel.Tests.Walls;

/// <summary>Which of our projects and which packages a project may reference.</summary>
/// <param name="Projects">Names of our projects.</param>
/// <param name="Packages">Names of packages, or null where any may be used.</param>
internal sealed record ProjectReferences(string[] Projects, string[]? Packages)
{
    /// <summary>Engine and Control never see each other: both see Core, and the executable all three.</summary>
    public static readonly Dictionary<string, ProjectReferences> Allowed = new()
    {
        ["Carousel.Core"] = new([], []),
        ["Carousel.Engine"] = new(["Carousel.Core"], []),
        ["Carousel.Control"] = new(["Carousel.Core"], null),
        ["Carousel.Store"] = new(["Carousel.Core"], null),
        ["Carousel"] = new(["Carousel.Core", "Carousel.Engine", "Carousel.Control"], null),
    };

    /// <summary>References of this project file that the wall forbids. What leaves nothing in the binary (analyzers, a project that is only built along) is none.</summary>
    public IEnumerable<string> Forbidden(XDocument project)
    {
        foreach (XElement reference in project.Descendants("ProjectReference"))
        {
            string name = Path.GetFileNameWithoutExtension((string)reference.Attribute("Include")!);
            bool leavesNothing = (string?)reference.Attribute("ReferenceOutputAssembly") == "false";
            if (!leavesNothing && !Projects.Contains(name))
            {
                yield return $"project {name}";
            }
        }
        foreach (XElement package in project.Descendants("PackageReference"))
        {
            string name = (string)package.Attribute("Include")!;
            bool leavesNothing = (string?)package.Attribute("PrivateAssets") == "all";
            if (Packages is not null && !leavesNothing && !Packages.Contains(name))
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

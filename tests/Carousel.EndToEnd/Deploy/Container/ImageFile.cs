using System.Text.Json;
using System.Text.RegularExpressions;
using Carousel.EndToEnd.Harness;

namespace Carousel.EndToEnd.Deploy.Container;

/// <summary>The Dockerfile's image stages, without the build stage. An unknown instruction is an error.</summary>
internal sealed partial class ImageFile
{
    private readonly Dictionary<string, string> _environment = [];

    private ImageFile()
    {
    }

    /// <summary>Published files that are copied, and their destination: file names, and a folder or a path.</summary>
    public List<(string[] From, string To)> Copies { get; } = [];

    /// <summary>As "NAME=value".</summary>
    public IEnumerable<string> Environment => _environment.Select(pair => $"{pair.Key}={pair.Value}");

    public string[] EntryPoint { get; private set; } = [];

    public string[] Command { get; private set; } = [];

    public string[] HealthCheck { get; private set; } = [];

    public int User { get; private set; }

    public int Group { get; private set; }

    /// <param name="target">The stage.</param>
    public static ImageFile Read(string target)
    {
        var image = new ImageFile();
        var stages = new Dictionary<string, List<string>>();
        List<string> stage = [];
        foreach (string line in Lines())
        {
            if (From().Match(line) is { Success: true } from)
            {
                stage = [.. stages.GetValueOrDefault(from.Groups["base"].Value, [])];
                stages[from.Groups["name"].Value] = stage;
            }
            else
            {
                stage.Add(line);
            }
        }
        stages[target].ForEach(image.Take);
        return image;
    }

    /// <summary>The names of all stages, in order.</summary>
    public static IReadOnlyList<string> Stages() => [.. Lines().Select(line => From().Match(line)).Where(from => from.Success).Select(from => from.Groups["name"].Value)];

    /// <summary>Instructions, each on one line, without comments.</summary>
    private static string[] Lines() => [.. Continued().Replace(Repository.Read("Dockerfile"), " ").Split('\n').Where(line => line.Length != 0 && line[0] != '#')];

    private void Take(string line)
    {
        string[] words = line.Split(' ');
        switch (words[0])
        {
            case "COPY" when words[1] == "--from=build":
                Copies.Add(([.. words[2..^1].Select(path => path.Replace("/publish/", "", StringComparison.Ordinal))], words[^1]));
                break;
            case "ENV":
                string[] halves = words[1].Split('=');
                _environment[halves[0]] = halves[1];
                break;
            case "USER":
                int[] ids = [.. words[1].Split(':').Select(int.Parse)];
                (User, Group) = (ids[0], ids[1]);
                break;
            case "ENTRYPOINT":
                EntryPoint = Json(line, "ENTRYPOINT ");
                break;
            case "CMD":
                Command = Json(line, "CMD ");
                break;
            case "HEALTHCHECK":
                HealthCheck = Json(line, " CMD ");
                break;
            case "EXPOSE" or "STOPSIGNAL":
                break;
            default:
                throw new FormatException($"unknown to this test: {line}");
        }
    }

    /// <summary>The exec form: the image has no shell.</summary>
    private static string[] Json(string line, string after) =>
        JsonSerializer.Deserialize<string[]>(line[(line.IndexOf(after, StringComparison.Ordinal) + after.Length)..])!;

    [GeneratedRegex(@"^FROM (?<base>\S+) AS (?<name>\S+)$")]
    private static partial Regex From();

    [GeneratedRegex(@"\s*\\\n(#.*\n)*\s*")]
    private static partial Regex Continued();
}

using System.Text.RegularExpressions;

namespace Carousel.Tests.Walls;

/// <summary>Reads the settings of .editorconfig for a file. Supports the globs <c>*</c>, <c>**</c> and <c>{a,b}</c>.</summary>
internal sealed partial class EditorConfig
{
    private readonly List<(Regex Files, string Key, string Value)> _lines = [];

    /// <param name="text">The content of .editorconfig.</param>
    public EditorConfig(string text)
    {
        var files = new Regex("(?!)");
        foreach (string line in text.Split('\n').Select(line => line.Trim()).Where(line => line.Length != 0 && line[0] != '#'))
        {
            if (line[0] == '[')
            {
                files = Glob(line[1..^1]);
            }
            else
            {
                string[] halves = line.Split('=', 2, StringSplitOptions.TrimEntries);
                _lines.Add((files, halves[0], halves[1]));
            }
        }
    }

    public static EditorConfig OfTheRepository { get; } = new(File.ReadAllText(Path.Combine(Sources.Root, ".editorconfig")));

    /// <summary>The last value whose section matches this path from the root; null for none, <c>unset</c> and <c>off</c>.</summary>
    public string? Value(string path, string key) => _lines.LastOrDefault(line => line.Key == key && line.Files.IsMatch(path)).Value is not ("unset" or "off") and var value ? value : null;

    private static Regex Glob(string glob)
    {
        string pattern = Special().Replace(Regex.Escape(glob), match => match.Value switch
        {
            @"\*\*" => ".*",
            @"\*" => "[^/]*",
            @"\{" => "(",
            "}" => ")",
            _ => "|",
        });
        return new Regex($"{(glob.Contains('/') ? "^" : "(^|/)")}{pattern}$");
    }

    [GeneratedRegex(@"\\\*\\\*|\\\*|\\\{|\}|,")]
    private static partial Regex Special();
}

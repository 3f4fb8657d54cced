using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Carousel.Tests.Walls;

/// <summary>All text files of the repository: each follows .editorconfig, and none has merge conflicts.</summary>
internal static partial class TextFiles
{
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Folders of git and tools, and those in .gitignore.</summary>
    private static readonly HashSet<string> s_others =
    [
        ".git", "TestResults", "node_modules",
        .. File.ReadAllLines(Path.Combine(Sources.Root, ".gitignore")).Where(line => line.EndsWith('/')).Select(line => line.TrimEnd('/')),
    ];

    /// <summary>Path from the root, and bytes. A file with a zero byte is not text.</summary>
    public static IEnumerable<(string Path, byte[] Bytes)> All => Under(new DirectoryInfo(Sources.Root))
        .Select(file => (Path.GetRelativePath(Sources.Root, file.FullName), File.ReadAllBytes(file.FullName)))
        .Where(file => !file.Item2.AsSpan().Contains((byte)0));

    /// <summary>The violations in this file, one per line.</summary>
    public static IEnumerable<string> Violations(EditorConfig config, string path, byte[] bytes)
    {
        string text = Encoding.Latin1.GetString(bytes);
        if (config.Value(path, "charset") == "utf-8" && (bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) || !TryRead(bytes, out text)))
        {
            return [$"{path}: not UTF-8 without a byte order mark"];
        }
        string[] lines = text.Split('\n');
        bool ends = config.Value(path, "insert_final_newline") != "true" || text.Length == 0 || text[^1] == '\n';
        var rules = new LineRules(config, path);
        return (ends ? [] : (IEnumerable<string>)[$"{path}:{lines.Length}: the last line has no end"])
            .Concat(lines.SelectMany((line, i) => OfLine(rules, line).Select(wrong => $"{path}:{i + 1}: {wrong}")));
    }

    private static IEnumerable<string> OfLine(LineRules rules, string line)
    {
        if (line.Length >= 7 && ConflictMarker().IsMatch(line))
        {
            yield return "a conflict that was not resolved";
        }
        if (rules.EndsWithLf && line.EndsWith('\r'))
        {
            yield return "ends with CR LF, not LF";
        }
        else if (rules.IsTrimmed && line.Length != line.TrimEnd().Length)
        {
            yield return "white space at its end";
        }
        if (rules.IndentsBySpaces && line.AsSpan(0, line.Length - line.AsSpan().TrimStart().Length).Contains('\t'))
        {
            yield return "indented by a tab";
        }
        if (line.Length > rules.MaxLength)
        {
            yield return $"{line.Length} characters, at most {rules.MaxLength}";
        }
    }

    private static IEnumerable<FileInfo> Under(DirectoryInfo folder) => folder.EnumerateFiles().Where(file => file.LinkTarget is null && !s_others.Contains(file.Name))
        .Concat(folder.EnumerateDirectories().Where(inner => inner.LinkTarget is null && !s_others.Contains(inner.Name)).SelectMany(Under));

    private static bool TryRead(byte[] bytes, out string text)
    {
        try
        {
            text = s_strict.GetString(bytes);
            return true;
        }
        catch (DecoderFallbackException)
        {
            text = "";
            return false;
        }
    }

    /// <summary>The rules for all lines of a file, looked up once.</summary>
    private sealed class LineRules(EditorConfig config, string path)
    {
        public bool EndsWithLf { get; } = config.Value(path, "end_of_line") == "lf";

        public bool IsTrimmed { get; } = config.Value(path, "trim_trailing_whitespace") == "true";

        public bool IndentsBySpaces { get; } = config.Value(path, "indent_style") == "space";

        public int MaxLength { get; } = config.Value(path, "max_line_length") is { } most ? int.Parse(most, CultureInfo.InvariantCulture) : int.MaxValue;
    }

    // Seven equal characters, as git writes them; no Markdown heading here has an underline of that length.
    [GeneratedRegex(@"^(<{7}|\|{7}|>{7})( |\r?$)|^={7}\r?$")]
    private static partial Regex ConflictMarker();
}

namespace Carousel.Commands;

/// <summary>How to start this program again from another terminal, for hints. Pure, except for <see cref="OfProcess"/>.</summary>
/// <param name="Command">The command, as short as possible.</param>
/// <param name="IsRelative">True if it works in the current folder only.</param>
internal sealed record Invocation(string Command, bool IsRelative = false)
{
    private const string Name = "carousel";

    /// <summary>Of this process.</summary>
    public static Invocation OfProcess() => Of(
        Environment.ProcessPath, AppContext.BaseDirectory, Environment.CurrentDirectory, Environment.GetEnvironmentVariable("PATH"),
        File.Exists, path => File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path);

    /// <summary>
    /// <c>carousel</c> if the shell finds this program by that name; <c>dotnet FOLDER/carousel.dll</c> for a build that needs .NET (<c>dotnet run</c>); else the executable's path.
    /// The path is relative to the current folder if that is shorter.
    /// </summary>
    /// <param name="executable">The path of the running executable; null if unknown.</param>
    /// <param name="folder">The folder of the program's files.</param>
    /// <param name="current">The current folder.</param>
    /// <param name="path">The environment variable PATH.</param>
    /// <param name="exists">Whether a file exists.</param>
    /// <param name="resolve">The target of a link; the path itself for any other file.</param>
    internal static Invocation Of(string? executable, string folder, string current, string? path, Func<string, bool> exists, Func<string, string> resolve)
    {
        if (executable is null || (OnPath(Name, path, exists) is { } found && resolve(found) == resolve(executable)))
        {
            return new Invocation(Name);
        }
        string library = Path.Combine(folder, Name + ".dll");
        // Its launcher finds .NET only in a system-wide installation; after "dotnet run" dotnet is on the PATH.
        bool needsDotnet = exists(library) && OnPath("dotnet", path, exists) is not null;
        string full = needsDotnet ? library : executable;
        string relative = Path.GetRelativePath(current, full);
        // A shell looks up a command without a slash on the PATH.
        relative = needsDotnet || relative.Contains('/') ? relative : $"./{relative}";
        // A full path works in every folder: a relative one must save more than the leading slash.
        bool isRelative = relative.Length + 1 < full.Length;
        return new Invocation((needsDotnet ? "dotnet " : "") + Quoted(isRelative ? relative : full), isRelative);
    }

    private static string? OnPath(string name, string? path, Func<string, bool> exists) =>
        (path ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).Select(folder => Path.Combine(folder, name)).FirstOrDefault(exists);

    /// <summary>Quoted for a shell.</summary>
    private static string Quoted(string text) =>
        text.All(c => char.IsAsciiLetterOrDigit(c) || "/._-+:@%,".Contains(c)) ? text : $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}

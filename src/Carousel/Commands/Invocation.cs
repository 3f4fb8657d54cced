namespace Carousel.Commands;

/// <summary>How a person starts this program again, from any terminal and folder: what hints begin with. Pure, but for <see cref="OfProcess"/>.</summary>
internal static class Invocation
{
    private const string Name = "carousel";

    /// <summary>Of this process.</summary>
    public static string OfProcess() =>
        Of(Environment.ProcessPath, AppContext.BaseDirectory, Environment.GetEnvironmentVariable("PATH"), File.Exists, path => File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path);

    /// <summary><c>carousel</c> if the shell finds this program so; <c>dotnet FOLDER/carousel.dll</c> for a build that needs .NET (<c>dotnet run</c>), else the executable's path.</summary>
    /// <param name="executable">The path of the running executable; null if nobody knows.</param>
    /// <param name="folder">The one that the program's files are in.</param>
    /// <param name="path">The environment's PATH.</param>
    /// <param name="exists">Whether there is a file.</param>
    /// <param name="resolve">What a link leads to; the path of any other file.</param>
    internal static string Of(string? executable, string folder, string? path, Func<string, bool> exists, Func<string, string> resolve)
    {
        if (executable is null || (OnPath(Name, path, exists) is { } found && resolve(found) == resolve(executable)))
        {
            return Name;
        }
        string library = Path.Combine(folder, Name + ".dll");
        // Its own launcher finds .NET only where it was installed for all: whoever ran it by "dotnet run" has it on the PATH.
        return exists(library) && OnPath("dotnet", path, exists) is not null ? $"dotnet {Quoted(library)}" : Quoted(executable);
    }

    private static string? OnPath(string name, string? path, Func<string, bool> exists) =>
        (path ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).Select(folder => Path.Combine(folder, name)).FirstOrDefault(exists);

    /// <summary>As a word of a shell.</summary>
    private static string Quoted(string text) =>
        text.All(c => char.IsAsciiLetterOrDigit(c) || "/._-+:@%,".Contains(c)) ? text : $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}

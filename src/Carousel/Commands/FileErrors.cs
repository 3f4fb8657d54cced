using Carousel.Core.Config;

namespace Carousel.Commands;

/// <summary>Prints what is wrong with a file of servers.</summary>
internal static class FileErrors
{
    /// <summary>A file that is no list of servers at all has an error a line; the first screens of them will do.</summary>
    private const int MaxShown = 100;

    /// <summary>One line an error; gives the exit code.</summary>
    public static int Print(string path, ServersFile file, TextWriter to)
    {
        foreach (ConfigError error in file.Errors.Take(MaxShown))
        {
            to.WriteLine(error.Format(path));
        }
        if (file.Errors.Length > MaxShown)
        {
            to.WriteLine($"{path}: {file.Errors.Length - MaxShown} more errors");
        }
        return ExitCode.BadInput;
    }
}

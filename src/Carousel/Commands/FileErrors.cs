using Carousel.Core.Config;

namespace Carousel.Commands;

/// <summary>Prints the errors of a file of servers.</summary>
internal static class FileErrors
{
    /// <summary>One line per error; returns the exit code.</summary>
    public static int Print(string path, ServersFile file, TextWriter to)
    {
        foreach (string line in file.ErrorLines(path))
        {
            to.WriteLine(line);
        }
        return ExitCode.BadInput;
    }
}

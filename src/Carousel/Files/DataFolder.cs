namespace Carousel.Files;

/// <summary>The default folder for data that survives a restart.</summary>
/// <param name="Path">The folder; it may not exist yet.</param>
/// <param name="IsOwn">True if it belongs to this balancer alone; false if all balancers of this user share it.</param>
internal sealed record DataFolder(string Path, bool IsOwn)
{
    private const string Name = "carousel";

    /// <summary>systemd's for this service (systemd.exec(5)), else the user's (the XDG Base Directory Specification). Null if there is none.</summary>
    public static DataFolder? Of(Func<string, string?> environment)
    {
        // A colon-separated list: the first one.
        if (environment("STATE_DIRECTORY")?.Split(':')[0] is { Length: > 0 } state)
        {
            return new DataFolder(state, IsOwn: true);
        }
        // The specification says to ignore relative paths.
        string? data = environment("XDG_DATA_HOME") is { } given && given.StartsWith('/') ? given
            : environment("HOME") is { } home && home.StartsWith('/') ? System.IO.Path.Combine(home, ".local/share")
            : null;
        return data is null ? null : new DataFolder(System.IO.Path.Combine(data, Name), IsOwn: false);
    }

    /// <summary>The folder of the embedded store on this port: two stores of one user must not share a folder.</summary>
    public string ForStore(int port) => IsOwn ? Path : System.IO.Path.Combine(Path, $"store-{port}");

    /// <summary>Why this folder is not writable, as a message; null if it is. Creates the folder, accessible to this user only.</summary>
    public static string? Failure(string folder)
    {
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(folder);
            }
            else
            {
                Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
            string aside = System.IO.Path.Combine(folder, $".carousel.{Environment.ProcessId}.new");
            File.WriteAllText(aside, "");
            File.Delete(aside);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }
}

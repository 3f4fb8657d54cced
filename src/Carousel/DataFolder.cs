namespace Carousel;

/// <summary>Where a balancer keeps what outlives it, if nobody says where.</summary>
/// <param name="Path">The folder; it need not be there yet.</param>
/// <param name="IsOwn">True if it belongs to this balancer alone; false if all of this user share it.</param>
internal sealed record DataFolder(string Path, bool IsOwn)
{
    private const string Name = "carousel";

    /// <summary>systemd's for this service (systemd.exec(5)), else the user's (the XDG Base Directory Specification). Null where there is none.</summary>
    public static DataFolder? Of(Func<string, string?> environment)
    {
        // Of several, between colons, the first.
        if (environment("STATE_DIRECTORY")?.Split(':')[0] is { Length: > 0 } state)
        {
            return new DataFolder(state, IsOwn: true);
        }
        // What is not absolute is to be ignored, the specification says.
        string? data = environment("XDG_DATA_HOME") is { } given && given.StartsWith('/') ? given
            : environment("HOME") is { } home && home.StartsWith('/') ? System.IO.Path.Combine(home, ".local/share")
            : null;
        return data is null ? null : new DataFolder(System.IO.Path.Combine(data, Name), IsOwn: false);
    }

    /// <summary>For the embedded store on this port: two of the same user must not write into one folder.</summary>
    public string ForStore(int port) => IsOwn ? Path : System.IO.Path.Combine(Path, $"store-{port}");

    /// <summary>Why nothing can be written in this folder, for people; null if it can. Makes the folder, for us alone to read.</summary>
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

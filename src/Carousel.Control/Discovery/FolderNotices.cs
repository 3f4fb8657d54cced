namespace Carousel.Control.Discovery;

/// <summary>
/// Tells when something happens to a file, by watching its folder (inotify): writing, renaming over it, and the exchange of <c>..data</c>, by which Kubernetes
/// replaces all mounted files of a volume. It may miss things (network file systems, a folder that was made anew): who listens must look by itself, too.
/// </summary>
public static class FolderNotices
{
    /// <summary>Null where the system has no watch for us: there is none left, or no such folder.</summary>
    /// <param name="path">The file.</param>
    /// <param name="notice">Called from a thread of the runtime, to be quick.</param>
    public static IDisposable? Start(string path, Action notice)
    {
        string full = Path.GetFullPath(path);
        string name = Path.GetFileName(full);
        FileSystemWatcher? watcher = null;
        try
        {
            watcher = new FileSystemWatcher(Path.GetDirectoryName(full)!)
            {
                NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite | NotifyFilters.Size,
            };
            void Look(object sender, FileSystemEventArgs happened)
            {
                if (happened.Name == name || happened.Name?.StartsWith("..", StringComparison.Ordinal) == true)
                {
                    notice();
                }
            }
            watcher.Changed += Look;
            watcher.Created += Look;
            watcher.Deleted += Look;
            watcher.Renamed += Look;
            watcher.Error += (_, _) => notice();
            watcher.EnableRaisingEvents = true;
            return watcher;
        }
        catch (Exception e) when (e is IOException or ArgumentException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            watcher?.Dispose();
            return null;
        }
    }
}

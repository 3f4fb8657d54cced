namespace Carousel.Control.Discovery;

/// <summary>
/// Watches a file through its directory (inotify): writes, renames over it, and the swap of <c>..data</c>, by which Kubernetes replaces all
/// files of a mounted volume. Events may be missed (network file systems, a recreated directory): callers must poll as well.
/// </summary>
public static class FolderNotices
{
    /// <summary>Null if no watch is possible: the limit is reached, or the directory does not exist.</summary>
    /// <param name="path">The file.</param>
    /// <param name="notice">Called on a runtime thread; must be quick.</param>
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

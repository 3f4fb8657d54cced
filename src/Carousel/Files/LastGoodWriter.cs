using Carousel.Control.Supervision;
using Carousel.Core.Config;

namespace Carousel.Files;

/// <summary>
/// Writes each good list of servers to its file, on a thread pool thread, so that callers never wait for the disk. If lists arrive faster than they can be written, only the
/// newest is written. Any thread.
/// </summary>
/// <param name="file">Its path.</param>
/// <param name="write">Writes it: <see cref="LastGoodFile.Write"/>.</param>
/// <param name="reportError">Receives one line when writing fails, and no more until it succeeds.</param>
internal sealed class LastGoodWriter(string file, Action<string> write, Action<string> reportError) : IDisposable
{
    /// <summary>A list that is not written by then is written at the next start.</summary>
    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private string? _next;
    private Task? _writing;
    private bool _failed;

    /// <summary>Queues this list to be written. Never blocks.</summary>
    public void Keep(ServersText list)
    {
        lock (_gate)
        {
            _next = list.Text;
            _writing ??= Supervisor.OfProcess.Run("last good list", WriteAllAsync, TimeProvider.System, CancellationToken.None);
        }
    }

    /// <summary>Waits for a write in progress, for at most <see cref="LongestEnd"/>.</summary>
    public void Dispose()
    {
        Task? writing;
        lock (_gate)
        {
            writing = _writing;
        }
        writing?.Wait(LongestEnd);
    }

    /// <summary>Runs on a thread pool thread, which it blocks while writing.</summary>
    private Task WriteAllAsync()
    {
        while (true)
        {
            string? list;
            lock (_gate)
            {
                (list, _next) = (_next, null);
                if (list is null)
                {
                    _writing = null;
                    return Task.CompletedTask;
                }
            }
            Write(list);
        }
    }

    private void Write(string list)
    {
        try
        {
            write(list);
            _failed = false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (!_failed)
            {
                reportError($"the last good list of servers can't be kept in {file}: {e.Message}");
            }
            _failed = true;
        }
    }
}

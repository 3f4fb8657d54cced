using Carousel.Control.Supervision;
using Carousel.Core.Config;

namespace Carousel;

/// <summary>
/// Keeps each good list of servers in its file, on a thread of the runtime's pool: whoever has a list never waits for the disk. Of lists that come faster than they can be written
/// the newest is kept. Any thread.
/// </summary>
/// <param name="file">Where.</param>
/// <param name="write">Writes it: <see cref="LastGoodFile.Write"/>.</param>
/// <param name="reportError">Takes a line when it can't be written, once until it can.</param>
internal sealed class LastGoodWriter(string file, Action<string> write, Action<string> reportError) : IDisposable
{
    /// <summary>What is not written by then is written at the next start.</summary>
    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private string? _next;
    private Task? _writing;
    private bool _failed;

    /// <summary>Keeps this list. Returns at once.</summary>
    public void Keep(ServersText list)
    {
        lock (_gate)
        {
            _next = list.Text;
            _writing ??= Supervisor.OfProcess.Run("last good list", WriteAllAsync, TimeProvider.System, CancellationToken.None);
        }
    }

    /// <summary>Waits for what is being written, but not for long.</summary>
    public void Dispose()
    {
        Task? writing;
        lock (_gate)
        {
            writing = _writing;
        }
        writing?.Wait(LongestEnd);
    }

    /// <summary>On a thread of the pool, which it blocks while it writes.</summary>
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

using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Carousel.Core.Config;

namespace Carousel.Control.Store.Embedded;

/// <summary>
/// A store process. It exits when its standard input is closed, and the balancer holds the other end: the kernel closes it even if the balancer is
/// killed, so no store outlives its balancer. (PR_SET_PDEATHSIG depends on the thread that started the process, here a thread pool thread.)
/// </summary>
internal sealed class StoreProcess : IStoreProcess
{
    private const string PasswordVariable = "CAROUSEL_STORE_PASSWORD";
    private const string ReadyWord = "ready ";
    private const string OwnName = "carousel-store: ";

    /// <summary>Limit for one log line; the output of a crash can be long.</summary>
    private const int MaxErrorLength = 400;

    private readonly Process _process;
    private readonly TaskCompletionSource<bool> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _error;

    private StoreProcess(Process process)
    {
        _process = process;
        Exit = WatchAsync();
    }

    public Task<bool> Ready => _ready.Task;

    public Task<StoreExit> Exit { get; }

    /// <inheritdoc cref="LaunchStore"/>
    public static IStoreProcess Launch(string executable, EmbeddedStoreOptions options)
    {
        var start = new ProcessStartInfo(executable, Arguments(options))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Not as an argument: any user can read those.
        start.Environment[PasswordVariable] = options.Password ?? "";
        return new StoreProcess(Process.Start(start) ?? throw new Win32Exception());
    }

    public void Leave()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has exited already.
        }
    }

    public void Kill()
    {
        try
        {
            _process.Kill();
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            // It has exited already.
        }
    }

    public void Dispose() => _process.Dispose();

    internal static IEnumerable<string> Arguments(EmbeddedStoreOptions options)
    {
        yield return "--leave-with-stdin";
        yield return "--port";
        yield return options.Port.ToString(CultureInfo.InvariantCulture);
        if (options.Memory is { } memory)
        {
            yield return "--memory";
            yield return Sizes.Format(memory);
        }
        if (options.DataDirectory is { } directory)
        {
            yield return "--data";
            yield return directory;
        }
    }

    private async Task<StoreExit> WatchAsync()
    {
        // Both are read to the end: a full pipe would block the store.
        await Task.WhenAll(ReadOutputAsync(), ReadErrorsAsync()).ConfigureAwait(false);
        await _process.WaitForExitAsync().ConfigureAwait(false);
        _ready.TrySetResult(false);
        return new StoreExit(_process.ExitCode, _error);
    }

    private async Task ReadOutputAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            if (line.StartsWith(ReadyWord, StringComparison.Ordinal))
            {
                _ready.TrySetResult(true);
            }
        }
    }

    private async Task ReadErrorsAsync()
    {
        while (await _process.StandardError.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            if (_error is null && line.Length != 0)
            {
                string text = line.StartsWith(OwnName, StringComparison.Ordinal) ? line[OwnName.Length..] : line;
                _error = text[..Math.Min(text.Length, MaxErrorLength)];
            }
        }
    }
}

using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Carousel.Core.Config;

namespace Carousel.Control.Store;

/// <summary>
/// A store's process of the operating system. It leaves when its standard input ends, and we hold the other end of that: the kernel closes it even
/// when we are killed, so no store outlives its balancer. (PR_SET_PDEATHSIG would tie it to the thread that started it, which is one of a pool.)
/// </summary>
internal sealed class StoreProcess : IStoreProcess
{
    private const string PasswordVariable = "CAROUSEL_STORE_PASSWORD";
    private const string ReadyWord = "ready ";
    private const string OwnName = "carousel-store: ";

    /// <summary>A line for a log; what a crash writes can be long.</summary>
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
        // Not an argument: those are everybody's to read.
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
            // It has left already.
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
            // It has left already.
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
        // Both are read to their end: a store whose pipe is full would stand still.
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
                string said = line.StartsWith(OwnName, StringComparison.Ordinal) ? line[OwnName.Length..] : line;
                _error = said[..Math.Min(said.Length, MaxErrorLength)];
            }
        }
    }
}

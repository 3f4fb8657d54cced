using System.Diagnostics;
using System.Text;

namespace Carousel.EndToEnd.Harness;

/// <summary>
/// A process whose output is captured. Killed when disposed. All its signals are reset to their defaults, because an ignored signal is inherited: a script's
/// background job ignores SIGINT, nohup SIGHUP, .NET SIGPIPE.
/// </summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();

    private ChildProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Keep(_output, line.Data);
        process.ErrorDataReceived += (_, line) => Keep(_errors, line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.StandardInput.Close();
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Standard output so far. Any thread.</summary>
    public string Output => Read(_output);

    /// <summary>Standard error so far. Any thread.</summary>
    public string Errors => Read(_errors);

    public static ChildProcess Start(string directory, string file, params string[] arguments)
    {
        var start = new ProcessStartInfo("/usr/bin/env", ["--default-signal", file, .. arguments])
        {
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // A balancer's default data folder would be that of the user who runs the tests, and would be shared by later tests.
        start.Environment["XDG_DATA_HOME"] = "/dev/null";
        start.Environment.Remove("STATE_DIRECTORY");
        return new ChildProcess(new Process { StartInfo = start });
    }

    public void Signal(int signal) => _ = Posix.Kill(Id, signal);

    /// <summary>Completes when the process exits.</summary>
    public Task EndAsync() => _process.WaitForExitAsync();

    /// <summary>The exit code, once the process has exited and all output was read.</summary>
    public async Task<int> ExitAsync()
    {
        await Deadlines.WithinAsync(_process.WaitForExitAsync(), $"the process to exit; output:\n{Output}{Errors}");
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await ExitAsync();
        }
        _process.Dispose();
    }

    private static void Keep(StringBuilder lines, string? line)
    {
        if (line is not null)
        {
            lock (lines)
            {
                lines.AppendLine(line);
            }
        }
    }

    private static string Read(StringBuilder lines)
    {
        lock (lines)
        {
            return lines.ToString();
        }
    }
}

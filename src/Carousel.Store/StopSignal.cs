using System.Runtime.InteropServices;

namespace Carousel.Store;

/// <summary>
/// Waits for shutdown: SIGTERM, SIGINT or SIGHUP; or, for a store owned by a parent process, SIGTERM or the end of standard input. Ctrl-C signals
/// all processes of a terminal, and the parent may have requests in flight that still need the store.
/// </summary>
internal sealed class StopSignal : IDisposable
{
    private readonly ManualResetEventSlim _due = new();
    private readonly PosixSignalRegistration[] _registrations;
    private volatile bool _serving;

    public StopSignal(bool stopWithInput)
    {
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Receive(context, stop: true)),
            PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Receive(context, stop: !stopWithInput)),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => Receive(context, stop: !stopWithInput)),
        ];
        if (stopWithInput)
        {
            new Thread(WaitForEndOfInput) { IsBackground = true, Name = "parent" }.Start();
        }
    }

    /// <summary>Call it once the store runs: from now on shutdown ends <see cref="Wait"/>; before, it exits the process.</summary>
    public void BeginServing() => _serving = true;

    public void Wait() => _due.Wait();

    public void Dispose()
    {
        Array.ForEach(_registrations, registration => registration.Dispose());
        _due.Dispose();
    }

    private void WaitForEndOfInput()
    {
        using Stream input = Console.OpenStandardInput();
        try
        {
            while (input.ReadByte() >= 0)
            {
                // Input is ignored.
            }
        }
        catch (IOException)
        {
            // Without readable input there is no parent.
        }
        Stop();
    }

    private void Receive(PosixSignalContext context, bool stop)
    {
        context.Cancel = true;
        if (stop)
        {
            Stop();
        }
    }

    private void Stop()
    {
        if (!_serving)
        {
            // Recovery of the data can take long and can't be interrupted, but writes nothing.
            Environment.Exit(ExitCode.Ok);
        }
        _due.Set();
    }
}

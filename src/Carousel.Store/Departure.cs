using System.Runtime.InteropServices;

namespace Carousel.Store;

/// <summary>
/// Waits for a reason to leave: SIGTERM, Ctrl-C, a closed terminal; or, for a store that belongs to another process, SIGTERM or the end of standard
/// input. Ctrl-C goes to all processes of a terminal, and its parent may have requests in flight that still need the store.
/// </summary>
internal sealed class Departure : IDisposable
{
    private readonly ManualResetEventSlim _due = new();
    private readonly PosixSignalRegistration[] _registrations;
    private volatile bool _serving;

    public Departure(bool leaveWithInput)
    {
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Receive(context, leave: true)),
            PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Receive(context, leave: !leaveWithInput)),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => Receive(context, leave: !leaveWithInput)),
        ];
        if (leaveWithInput)
        {
            new Thread(WaitForInputToEnd) { IsBackground = true, Name = "parent" }.Start();
        }
    }

    /// <summary>From now on the store has something to finish; before, it leaves at once.</summary>
    public void BeginServing() => _serving = true;

    public void Wait() => _due.Wait();

    public void Dispose()
    {
        Array.ForEach(_registrations, registration => registration.Dispose());
        _due.Dispose();
    }

    private void WaitForInputToEnd()
    {
        using Stream input = Console.OpenStandardInput();
        try
        {
            while (input.ReadByte() >= 0)
            {
                // Nothing is said to the store this way.
            }
        }
        catch (IOException)
        {
            // No input to read is no parent.
        }
        Leave();
    }

    private void Receive(PosixSignalContext context, bool leave)
    {
        context.Cancel = true;
        if (leave)
        {
            Leave();
        }
    }

    private void Leave()
    {
        if (!_serving)
        {
            // Reading back what was kept can take long and can't be interrupted; it changes nothing.
            Environment.Exit(ExitCode.Ok);
        }
        _due.Set();
    }
}

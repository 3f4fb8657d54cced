using System.Runtime.InteropServices;
using Carousel.Control.Supervision;

namespace Carousel;

/// <summary>
/// SIGTERM and SIGINT (Ctrl-C): the first asks to leave, the second to leave at once, all later ones change nothing. SIGHUP asks to read servers.txt anew; so
/// a balancer outlives the terminal it was started from. SIGUSR1 asks to open the access log anew. Handlers run on a thread of the runtime.
/// A SIGINT that was ignored when we were started stays so, the others do not: docs/decisions/0024-inherited-signals.md.
/// </summary>
internal sealed class Signals : IDisposable
{
    // Their numbers on every Linux that we run on; .NET numbers signals in its own way, and has no name for the second.
    private const int HangUp = 1, User1 = 10, Terminate = 15;

    private readonly Action _leave;
    private readonly Action _leaveNow;
    private readonly PosixSignalRegistration[] _registrations;
    private int _received;

    public Signals(Action leave, Action leaveNow, Action reload, Action reopen)
    {
        (_leave, _leaveNow) = (leave, leaveNow);
        foreach (int signal in (int[])[HangUp, User1, Terminate])
        {
            IgnoredSignal.RewindForRetry(signal);
        }
        _registrations =
        [
            Supervisor.OfProcess.Handle(PosixSignal.SIGTERM, Receive),
            Supervisor.OfProcess.Handle(PosixSignal.SIGINT, Receive),
            Supervisor.OfProcess.Handle(PosixSignal.SIGHUP, reload),
            Supervisor.OfProcess.Handle((PosixSignal)User1, reopen),
        ];
    }

    public void Dispose() => Array.ForEach(_registrations, registration => registration.Dispose());

    /// <summary>What a signal to leave does.</summary>
    internal void Receive()
    {
        switch (Interlocked.Increment(ref _received))
        {
            case 1:
                _leave();
                break;
            case 2:
                _leaveNow();
                break;
        }
    }
}

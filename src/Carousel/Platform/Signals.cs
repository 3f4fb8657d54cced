using System.Runtime.InteropServices;
using Carousel.Control.Supervision;

namespace Carousel.Platform;

/// <summary>
/// SIGTERM and SIGINT (Ctrl-C): the first starts a drain, the second stops immediately, later ones are ignored. SIGHUP reloads servers.txt, so a balancer survives the
/// terminal that it was started from. SIGUSR1 reopens the access log. Handlers run on a thread of the runtime.
/// A SIGINT that was ignored at the start stays ignored, the other signals do not: docs/decisions/0024-inherited-signals.md.
/// </summary>
internal sealed class Signals : IDisposable
{
    // The numbers on all supported Linux platforms; .NET has its own numbers, and no name for SIGUSR1.
    private const int HangUp = 1, User1 = 10, Terminate = 15;

    private readonly Action _drain;
    private readonly Action _stop;
    private readonly PosixSignalRegistration[] _registrations;
    private int _received;

    public Signals(Action drain, Action stop, Action reload, Action reopen)
    {
        (_drain, _stop) = (drain, stop);
        foreach (int signal in (int[])[HangUp, User1, Terminate])
        {
            IgnoredSignal.Reset(signal);
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

    /// <summary>Handles SIGTERM and SIGINT.</summary>
    internal void Receive()
    {
        switch (Interlocked.Increment(ref _received))
        {
            case 1:
                _drain();
                break;
            case 2:
                _stop();
                break;
        }
    }
}

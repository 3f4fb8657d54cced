namespace Carousel;

/// <summary>The exit codes of the process.</summary>
internal static class ExitCode
{
    /// <summary>Success; a balancer has drained.</summary>
    public const int Ok = 0;

    /// <summary>Could not start: port taken, no permission, not Linux, too few descriptors.</summary>
    public const int CannotStart = 1;

    /// <summary>The command line or servers.txt is invalid.</summary>
    public const int BadInput = 2;

    /// <summary>A server was not drained in time: <c>carousel drain --wait</c>.</summary>
    public const int NotDrained = 3;

    /// <summary>An internal error (EX_SOFTWARE of sysexits.h).</summary>
    public const int Defect = 70;
}

namespace Carousel;

/// <summary>What the process ends with.</summary>
internal static class ExitCode
{
    /// <summary>Did what it was asked for; drained, if it was serving.</summary>
    public const int Ok = 0;

    /// <summary>Could not start: port taken, no permission, not Linux, too few descriptors.</summary>
    public const int CannotStart = 1;

    /// <summary>The command line or servers.txt is wrong.</summary>
    public const int BadInput = 2;

    /// <summary>A server was not drained in time: <c>carousel drain --wait</c>.</summary>
    public const int NotDrained = 3;

    /// <summary>A defect of ours (EX_SOFTWARE of sysexits.h).</summary>
    public const int Defect = 70;
}

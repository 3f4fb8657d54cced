namespace Carousel.Store;

/// <summary>The exit codes of the process.</summary>
internal static class ExitCode
{
    /// <summary>Stopped on request.</summary>
    public const int Ok = 0;

    /// <summary>Could not start: port taken, data not writable or not readable.</summary>
    public const int CannotStart = 1;

    /// <summary>The command line is invalid.</summary>
    public const int BadInput = 2;
}

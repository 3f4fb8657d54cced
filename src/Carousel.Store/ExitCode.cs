namespace Carousel.Store;

/// <summary>What the process ends with.</summary>
internal static class ExitCode
{
    /// <summary>Left because it was told to.</summary>
    public const int Ok = 0;

    /// <summary>Could not start: port taken, data not writable or not readable.</summary>
    public const int CannotStart = 1;

    /// <summary>The command line is wrong.</summary>
    public const int BadInput = 2;
}

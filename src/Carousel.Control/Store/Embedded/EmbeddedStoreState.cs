namespace Carousel.Control.Store.Embedded;

/// <summary>State of the embedded store.</summary>
public enum EmbeddedStoreState
{
    /// <summary>Not started yet, or disposed.</summary>
    Stopped,

    /// <summary>Its process runs and does not accept connections yet.</summary>
    Starting,

    /// <summary>It accepts connections.</summary>
    Running,

    /// <summary>It exited or failed to start, and is restarted after a delay.</summary>
    Waiting,

    /// <summary>There is no executable. This state is final.</summary>
    Missing,
}

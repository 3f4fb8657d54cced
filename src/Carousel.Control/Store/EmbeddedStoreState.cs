namespace Carousel.Control.Store;

/// <summary>What the embedded store is doing.</summary>
public enum EmbeddedStoreState
{
    /// <summary>Not started yet, or disposed.</summary>
    Stopped,

    /// <summary>Its process runs and does not take connections yet.</summary>
    Starting,

    /// <summary>It takes connections.</summary>
    Running,

    /// <summary>It left or could not start, and is started again in a while.</summary>
    Waiting,

    /// <summary>There is no executable to start. This is for good.</summary>
    Missing,
}

namespace Carousel.Store.Cli;

/// <summary>A parsed command line.</summary>
internal abstract record StoreRequest
{
    /// <summary>Print this text.</summary>
    public sealed record Print(string Text) : StoreRequest;

    /// <summary>An invalid command line, with a one-line error.</summary>
    public sealed record Invalid(string Error) : StoreRequest;

    /// <summary>Run the store.</summary>
    public sealed record Run(StoreOptions Options) : StoreRequest;
}

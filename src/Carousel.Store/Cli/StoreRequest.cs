namespace Carousel.Store.Cli;

/// <summary>What the command line asks for.</summary>
internal abstract record StoreRequest
{
    /// <summary>Print this and end.</summary>
    public sealed record Print(string Text) : StoreRequest;

    /// <summary>It can't be done; one line for people.</summary>
    public sealed record Invalid(string Error) : StoreRequest;

    /// <summary>Be a store.</summary>
    public sealed record Run(StoreOptions Options) : StoreRequest;
}

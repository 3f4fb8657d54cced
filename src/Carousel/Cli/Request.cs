using System.Collections.Immutable;
using Carousel.Core.Config;

namespace Carousel.Cli;

/// <summary>What the command line asks for.</summary>
internal abstract record Request
{
    /// <summary>Balance over servers.</summary>
    /// <param name="File">The file that lists them; null if the command line does.</param>
    /// <param name="Servers">Those of the command line; empty if a file lists them.</param>
    /// <param name="Settings">How.</param>
    public sealed record Run(string? File, ImmutableArray<ServerEntry> Servers, RunSettings Settings) : Request;

    /// <summary>Say what a file means.</summary>
    public sealed record Check(string File) : Request;

    /// <summary>Show it all with servers of our own.</summary>
    public sealed record Demo(RunSettings Settings) : Request;

    /// <summary>Be a server that can be balanced to.</summary>
    public sealed record DemoServer(int Port, string? Name) : Request;

    /// <summary>Say how these words of a command line may go on: the last one is being written.</summary>
    public sealed record Complete(IReadOnlyList<string> Words) : Request;

    /// <summary>Look into the store: list the newest sessions, or show the one of this id or cookie.</summary>
    public sealed record Sessions(StoreAddress Store, string? PasswordFile, string? Shown, int Limit) : Request;

    /// <summary>Ask a running balancer.</summary>
    public sealed record Admin(AdminTarget Target, AdminOrder Order) : Request;

    /// <summary>Print this text.</summary>
    public sealed record Print(string Text) : Request;

    /// <summary>Nothing that can be done; each error a line for people.</summary>
    public sealed record Invalid(IReadOnlyList<string> Errors) : Request;
}

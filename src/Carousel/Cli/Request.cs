using System.Collections.Immutable;
using Carousel.Core.Config;

namespace Carousel.Cli;

/// <summary>A parsed command line.</summary>
internal abstract record Request
{
    /// <summary>Balance over servers.</summary>
    /// <param name="File">The file that lists them; null if they are arguments.</param>
    /// <param name="Servers">The servers given as arguments; empty if a file lists them.</param>
    /// <param name="Settings">The other settings.</param>
    public sealed record Run(string? File, ImmutableArray<ServerEntry> Servers, RunSettings Settings) : Request;

    /// <summary>Check a file of servers.</summary>
    public sealed record Check(string File) : Request;

    /// <summary>Run a balancer with three demo servers.</summary>
    public sealed record Demo(RunSettings Settings) : Request;

    /// <summary>Run a demo server.</summary>
    public sealed record DemoServer(int Port, string? Name) : Request;

    /// <summary>Print completions of these words; the last one is incomplete.</summary>
    public sealed record Complete(IReadOnlyList<string> Words) : Request;

    /// <summary>Read the store: list the newest sessions, or show one by its id or cookie.</summary>
    public sealed record Sessions(StoreAddress Store, string? PasswordFile, string? Shown, int Limit) : Request;

    /// <summary>Send a request to a running balancer.</summary>
    public sealed record Admin(AdminTarget Target, AdminOrder Order) : Request;

    /// <summary>Print this text.</summary>
    public sealed record Print(string Text) : Request;

    /// <summary>An invalid command line; one line per error.</summary>
    public sealed record Invalid(IReadOnlyList<string> Errors) : Request;
}

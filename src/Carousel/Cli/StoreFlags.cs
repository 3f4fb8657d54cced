using System.CommandLine;
using Carousel.Control.Store.Embedded;
using Carousel.Core.Config;
using Carousel.Files;

namespace Carousel.Cli;

/// <summary>The flags of the session store.</summary>
internal sealed class StoreFlags
{
    private const string Off = "off";

    /// <summary>Limits of the embedded store.</summary>
    private const long LeastMemory = 16L << 20, MostMemory = 64L << 30;

    public Flag<string> Store { get; } = new("--store", null, "WHERE",
        "redis://[user:password@]host[:port][/db], rediss:// with TLS, several hosts with commas (cluster), ?serviceName=NAME (sentinels), ?ca=FILE; "
        + "embedded[:PORT], the store included with carousel; none; or auto: localhost:6379 if a store responds there, else embedded",
        "auto", ValueReaders.Any with { Words = ["auto", "embedded", "none", "redis://", "rediss://"] });

    public Flag<string> PasswordFile { get; } = new("--store-password-file", null, "FILE",
        $"file with the store's password in its first line; else that of the URL or of the environment variable {StorePassword.Variable}", null, ValueReaders.Path);

    public Flag<string> Data { get; } = new("--data", null, "DIR", "where the embedded store keeps its data across restarts; off: in memory only",
        "$STATE_DIRECTORY, else carousel in $XDG_DATA_HOME or ~/.local/share", ValueReaders.Path);

    public Flag<long> Memory { get; } = new("--store-memory", null, "SIZE",
        "most memory for the embedded store's data; when it is full, the least recently written data is evicted", "64m",
        ValueReaders.LargeSize(LeastMemory, MostMemory));

    /// <summary>All of them, for a balancer.</summary>
    public IReadOnlyList<Flag> All => [Store, PasswordFile, Data, Memory];

    /// <summary>The flags that locate a store.</summary>
    public IReadOnlyList<Flag> Where => [Store, PasswordFile];

    /// <summary>The address of the store. Problems are added to the errors, without passwords.</summary>
    public StoreAddress ReadAddress(ParseResult result, List<string> errors)
    {
        if (!StoreAddress.TryParse(Store.Read(result, "auto", errors), out StoreAddress address, out string error))
        {
            errors.Add($"{Store.Name}: {error}");
        }
        if (address.Password is not null && PasswordFile.IsGiven(result))
        {
            errors.Add($"{PasswordFile.Name}: {Store.Name} has a password already: give it once");
        }
        return address;
    }

    /// <summary>The file with the password; null if there is none.</summary>
    public string? ReadPasswordFile(ParseResult result, List<string> errors) =>
        PasswordFile.IsGiven(result) ? PasswordFile.Read(result, "", errors) : null;

    /// <summary>The options of the embedded store; its port and password come with the address.</summary>
    public EmbeddedStoreOptions ReadEmbedded(ParseResult result, List<string> errors) => new()
    {
        DataDirectory = ReadData(result, errors) is { } folder and not Off ? folder : null,
        WhyInMemory = ReadData(result, []) == Off ? $"{Data.Name} {Off}" : "",
        Memory = Memory.IsGiven(result) ? Memory.Read(result, LeastMemory, errors) : null,
    };

    /// <summary>Null if not given.</summary>
    private string? ReadData(ParseResult result, List<string> errors) => Data.IsGiven(result) ? Data.Read(result, "", errors) : null;
}

using System.CommandLine;
using Carousel.Control.Store;
using Carousel.Core.Config;

namespace Carousel.Cli;

/// <summary>The flags that say where sessions are kept.</summary>
internal sealed class StoreFlags
{
    private const string Off = "off";

    /// <summary>What the embedded store takes.</summary>
    private const long LeastMemory = 16L << 20, MostMemory = 64L << 30;

    public Flag<string> Store { get; } = new("--store", null, "WHERE",
        "redis://[user:password@]host[:port][/db], rediss:// with TLS, several hosts with commas (cluster), ?serviceName=NAME (sentinels), ?ca=FILE; "
        + "embedded[:PORT], the store that comes with carousel; none; or auto: what answers on localhost:6379, else the embedded one",
        "auto", ValueReaders.Any with { Words = ["auto", "embedded", "none", "redis://", "rediss://"] });

    public Flag<string> PasswordFile { get; } = new("--store-password-file", null, "FILE",
        $"the store's password: the first line of FILE; else that of the URL or of the environment's {StorePassword.Variable}", null, ValueReaders.Path);

    public Flag<string> Data { get; } = new("--data", null, "DIR", "where the embedded store keeps its data, so that it survives a restart; off for in memory only",
        "$STATE_DIRECTORY, else carousel in $XDG_DATA_HOME or ~/.local/share", ValueReaders.Path);

    public Flag<long> Memory { get; } = new("--store-memory", null, "SIZE",
        "most memory for the embedded store's data; when it is full, what was not written for the longest time gives way", "64m",
        ValueReaders.LargeSize(LeastMemory, MostMemory));

    /// <summary>All of them, for a balancer.</summary>
    public IReadOnlyList<Flag> All => [Store, PasswordFile, Data, Memory];

    /// <summary>Those that tell where a store is.</summary>
    public IReadOnlyList<Flag> Where => [Store, PasswordFile];

    /// <summary>Where sessions are kept. What is wrong goes to the errors, without passwords.</summary>
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

    /// <summary>How the embedded store is to run; its port and password come with the address.</summary>
    public EmbeddedStoreOptions ReadEmbedded(ParseResult result, List<string> errors) => new()
    {
        DataDirectory = ReadData(result, errors) is { } folder and not Off ? folder : null,
        WhyInMemory = ReadData(result, []) == Off ? $"{Data.Name} {Off}" : "",
        Memory = Memory.IsGiven(result) ? Memory.Read(result, LeastMemory, errors) : null,
    };

    /// <summary>Null if nothing is said.</summary>
    private string? ReadData(ParseResult result, List<string> errors) => Data.IsGiven(result) ? Data.Read(result, "", errors) : null;
}

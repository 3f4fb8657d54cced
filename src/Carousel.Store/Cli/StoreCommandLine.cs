using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Carousel.Core.Config;

namespace Carousel.Store.Cli;

/// <summary>Parses arguments into a <see cref="StoreRequest"/>. Reads the password file, changes nothing.</summary>
internal sealed class StoreCommandLine
{
    /// <summary>Not a flag: other users can read command lines.</summary>
    public const string PasswordVariable = "CAROUSEL_STORE_PASSWORD";

    /// <summary>Garnet needs several pages to evict from.</summary>
    private const long MinMemory = 16L << 20;

    private const long MaxMemory = 64L << 30;

    private static readonly ParserConfiguration Configuration = new() { ResponseFileTokenReplacer = null };

    // Values are taken as text, so that all error messages are written here.
    private readonly Option<string[]> _port = Flag("--port", "-p");
    private readonly Option<string[]> _bind = Flag("--bind");
    private readonly Option<string[]> _memory = Flag("--memory");
    private readonly Option<string[]> _data = Flag("--data");
    private readonly Option<string[]> _passwordFile = Flag("--password-file");
    private readonly Option<bool> _stopWithInput = new("--leave-with-stdin");
    private readonly Option<bool> _help = new("--help", "-h");
    private readonly Option<bool> _version = new("--version");
    private readonly RootCommand _root = new();

    private StoreCommandLine()
    {
        _root.Options.Clear();
        _root.Directives.Clear();
        foreach (Option option in (Option[])[_port, _bind, _memory, _data, _passwordFile, _stopWithInput, _help, _version])
        {
            _root.Add(option);
        }
        _root.TreatUnmatchedTokensAsErrors = false;
    }

    /// <param name="args">The arguments.</param>
    /// <param name="password">The value of <see cref="PasswordVariable"/>; null or empty for none.</param>
    public static StoreRequest Parse(string[] args, string? password)
    {
        var line = new StoreCommandLine();
        ParseResult result = CommandLineParser.Parse(line._root, args, Configuration);
        try
        {
            return result.GetValue(line._help) ? new StoreRequest.Print(StoreHelp.Text)
                : result.GetValue(line._version) ? new StoreRequest.Print(StoreHelp.VersionLine)
                : new StoreRequest.Run(line.Read(result, password));
        }
        catch (FormatException e)
        {
            return new StoreRequest.Invalid(e.Message);
        }
    }

    private StoreOptions Read(ParseResult result, string? password)
    {
        if (result.UnmatchedTokens is [string unknown, ..])
        {
            throw new FormatException($"{Quote.Of(unknown)} is unknown (see carousel-store --help)");
        }
        return new StoreOptions
        {
            Port = Value(result, _port) is { } port ? Port(port) : StoreOptions.DefaultPort,
            Bind = Value(result, _bind) is { } bind ? [.. bind.Split(',').Select(Address).Distinct()] : DefaultBind(),
            Memory = Value(result, _memory) is { } memory ? Memory(memory) : StoreOptions.DefaultMemory,
            DataDirectory = Value(result, _data) is { } data ? Path.GetFullPath(data) : null,
            Password = Value(result, _passwordFile) is { } file ? FirstLine(file) : string.IsNullOrEmpty(password) ? null : password,
            StopWithInput = result.GetValue(_stopWithInput),
        };
    }

    private static Option<string[]> Flag(string name, params string[] aliases) =>
        new(name, aliases) { Arity = ArgumentArity.ZeroOrMore, AllowMultipleArgumentsPerToken = false };

    /// <summary>Null if the flag was not given.</summary>
    private static string? Value(ParseResult result, Option<string[]> flag) => result.GetResult(flag) switch
    {
        null or { Implicit: true } => null,
        { Tokens: [{ Value.Length: > 0 } token] } => token.Value,
        { Tokens: [] or [_] } => throw new FormatException($"{flag.Name} needs a value"),
        _ => throw new FormatException($"{flag.Name} is given more than once"),
    };

    private static int Port(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port is >= 1 and <= ushort.MaxValue
            ? port
            : throw new FormatException($"--port: expected a number from 1 to 65535, found {Quote.Of(text)}");

    private static long Memory(string text) =>
        Sizes.TryParse(text, out long bytes) && bytes is >= MinMemory and <= MaxMemory
            ? bytes
            : throw new FormatException(
                $"--memory: expected a size from {Sizes.Format(MinMemory)} to {Sizes.Format(MaxMemory)} such as 256m, found {Quote.Of(text)}");

    private static IPAddress Address(string text) =>
        IPAddress.TryParse(text.Trim(), out IPAddress? address) && IPAddress.IsLoopback(address)
            ? address
            : throw new FormatException(
                $"--bind: expected a loopback address (127.0.0.1 or ::1), found {Quote.Of(text)}: the store serves its own machine only; use Redis for several machines");

    /// <summary>Both addresses of localhost; IPv6 only if the machine has it.</summary>
    private static ImmutableArray<IPAddress> DefaultBind()
    {
        try
        {
            using var probe = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
            probe.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
            return [IPAddress.Loopback, IPAddress.IPv6Loopback];
        }
        catch (SocketException)
        {
            return [IPAddress.Loopback];
        }
    }

    private static string FirstLine(string path)
    {
        try
        {
            using var reader = new StreamReader(path);
            return reader.ReadLine() is { Length: > 0 } line ? line : throw new FormatException($"--password-file {path}: its first line is empty");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FormatException($"--password-file {path}: can't be read ({e.Message})");
        }
    }
}

using System.CommandLine;
using System.Globalization;
using System.Net;
using Carousel.Control.Admin;

namespace Carousel.Cli;

/// <summary>The flags of the admin side (docs/ADMIN.md).</summary>
internal sealed class AdminFlags
{
    private const string Off = "off";

    public Flag<IPEndPoint?> Admin { get; } = new("--admin", null, "ADDRESS",
        "address of the dashboard, the API and the commands that use it; other than loopback it requires a token; off: none",
        $"{AdminOptions.Default}", new ValueReader<IPEndPoint?>($"an address and a port such as {AdminOptions.Default} or [::1]:7778, a port alone, or {Off}", TryAdmin) { Words = [Off] });

    public Flag<string> TokenFile { get; } = new("--admin-token-file", null, "FILE",
        $"file with the admin token in its first line: {AdminOptions.MinToken} characters or more (openssl rand -hex 32 makes one)", "none", ValueReaders.Path);

    public Switch Save { get; } = new("--save", null, "write changes made through the admin side back to FILE; comments and order are kept");

    /// <summary>All of them, in the order of --help.</summary>
    public IReadOnlyList<Flag> All => [Admin, TokenFile, Save];

    /// <summary>The listen address, without the token; null if off. Problems are added to the errors.</summary>
    public AdminOptions? Read(ParseResult result, List<string> errors)
    {
        if (Admin.Read(result, AdminOptions.Default.EndPoint, errors) is not { } endPoint)
        {
            return null;
        }
        var options = new AdminOptions(endPoint);
        if (!options.IsLocal && !TokenFile.IsGiven(result))
        {
            errors.Add($"{Admin.Name} {options}: an address other than loopback requires a token: add {TokenFile.Name} FILE (openssl rand -hex 32 > FILE makes one)");
        }
        return options;
    }

    /// <summary>The file with the token; null if there is none.</summary>
    public string? ReadTokenFile(ParseResult result, List<string> errors) => TokenFile.IsGiven(result) ? TokenFile.Read(result, "", errors) : null;

    /// <summary>A port alone means this machine. An address without a port is rejected; the runtime would parse it as port 0.</summary>
    private static bool TryAdmin(string text, out IPEndPoint? value)
    {
        value = null;
        if (ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ushort port))
        {
            value = new IPEndPoint(AdminOptions.Default.EndPoint.Address, port);
            return true;
        }
        int colon = text.LastIndexOf(':');
        string host = colon < 0 ? "" : text[..colon].Replace("localhost", "127.0.0.1", StringComparison.Ordinal);
        return text == Off || (host.Length != 0 && (!host.Contains(':') || host.EndsWith(']')) && IPEndPoint.TryParse($"{host}{text[colon..]}", out value));
    }
}

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
        "where the dashboard, the API and the commands that use it find this balancer; with an address that others reach, a token is a must; off for none",
        $"{AdminOptions.Default}", new ValueReader<IPEndPoint?>($"an address and a port such as {AdminOptions.Default} or [::1]:7778, a port alone, or {Off}", TryAdmin) { Words = [Off] });

    public Flag<string> TokenFile { get; } = new("--admin-token-file", null, "FILE",
        $"whoever asks there must know the first line of FILE, {AdminOptions.MinToken} characters or more (openssl rand -hex 32 makes one)", "none", ValueReaders.Path);

    public Switch Save { get; } = new("--save", null, "write changes that are made there back to the file of the servers; comments and order stay");

    /// <summary>All of them, in a newcomer's order.</summary>
    public IReadOnlyList<Flag> All => [Admin, TokenFile, Save];

    /// <summary>Where to listen, without the token; null for nowhere. What is wrong goes to the errors.</summary>
    public AdminOptions? Read(ParseResult result, List<string> errors)
    {
        if (Admin.Read(result, AdminOptions.Default.EndPoint, errors) is not { } endPoint)
        {
            return null;
        }
        var options = new AdminOptions(endPoint);
        if (!options.IsLocal && !TokenFile.IsGiven(result))
        {
            errors.Add($"{Admin.Name} {options}: others reach that address, so they must know a token: add {TokenFile.Name} FILE (openssl rand -hex 32 > FILE makes one)");
        }
        return options;
    }

    /// <summary>The file with the token; null if there is none.</summary>
    public string? ReadTokenFile(ParseResult result, List<string> errors) => TokenFile.IsGiven(result) ? TokenFile.Read(result, "", errors) : null;

    /// <summary>A port alone is one of this machine. An address alone has port 0 for the runtime: here it lacks its port.</summary>
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

using System.CommandLine;

namespace Carousel.Cli;

/// <summary>The command line of <c>carousel demo-server</c>.</summary>
internal sealed class DemoServerCommandLine
{
    private const int DefaultPort = 8080;
    private const int MaxName = 64;

    private readonly Flag<int> _port = new("--port", "-p", "PORT", "port to listen on, on all addresses; 0 lets the system choose", $"{DefaultPort}", ValueReaders.Number(0, 65535));

    private readonly Flag<string> _name = new("--name", null, "WORD", "name in its responses", "host name (in a pod: the pod's name)", ValueReaders.Token("a name", MaxName));

    public DemoServerCommandLine()
    {
        foreach (Flag flag in Flags)
        {
            Command.Add(flag.Option);
        }
    }

    /// <summary><c>demo-server</c></summary>
    public Command Command { get; } = new("demo-server");

    /// <summary>All of them, in the order of --help.</summary>
    public IReadOnlyList<Flag> Flags => [_port, _name];

    /// <summary>The request. Problems are added to the errors.</summary>
    public Request Read(ParseResult result, List<string> errors) =>
        new Request.DemoServer(_port.Read(result, DefaultPort, errors), _name.IsGiven(result) ? _name.Read(result, "", errors) : null);
}

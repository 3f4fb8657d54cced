using System.CommandLine;

namespace Carousel.Cli;

/// <summary>The part of the command line behind <c>carousel demo-server</c>.</summary>
internal sealed class DemoServerCommandLine
{
    private const int DefaultPort = 8080;
    private const int MaxName = 64;

    private readonly Flag<int> _port = new("--port", "-p", "PORT", "port to listen on, on all addresses; 0 lets the system choose", $"{DefaultPort}", ValueReaders.Number(0, 65535));

    private readonly Flag<string> _name = new("--name", null, "WORD", "what it calls itself", "the machine's name, which is a pod's", ValueReaders.Token("a name", MaxName));

    public DemoServerCommandLine()
    {
        foreach (Flag flag in Flags)
        {
            Command.Add(flag.Option);
        }
    }

    /// <summary><c>demo-server</c></summary>
    public Command Command { get; } = new("demo-server");

    /// <summary>All of them, in a newcomer's order.</summary>
    public IReadOnlyList<Flag> Flags => [_port, _name];

    /// <summary>What was asked for. What is wrong goes to the errors.</summary>
    public Request Read(ParseResult result, List<string> errors) =>
        new Request.DemoServer(_port.Read(result, DefaultPort, errors), _name.IsGiven(result) ? _name.Read(result, "", errors) : null);
}

using Carousel.Bench.Cli;
using Carousel.Bench.Machine;
using Carousel.Bench.Peers;
using Carousel.Bench.Processes;
using Carousel.Bench.Reports;

namespace Carousel.Bench;

/// <summary>One run on this machine, in a folder that is deleted afterwards.</summary>
/// <param name="Options">What was asked for.</param>
/// <param name="Peers">Those that take part, in the order of the tables.</param>
/// <param name="Versions">What they are, for the report.</param>
/// <param name="Folder">For the files of everything that it starts.</param>
/// <param name="Stop">Cancelled when the user has had enough.</param>
internal sealed record BenchRun(
    BenchOptions Options, IReadOnlyList<Peer> Peers, IReadOnlyList<(string Peer, string Version)> Versions, string Folder, CancellationToken Stop)
{
    /// <summary>Free ports, each given out once in the run.</summary>
    public Ports Ports { get; } = new();

    /// <summary>Peers that broke.</summary>
    public List<Failure> Failures { get; } = [];

    /// <summary>A new folder for something that it starts.</summary>
    public string NewFolder(string name) => Directory.CreateDirectory(Path.Combine(Folder, name)).FullName;

    /// <summary>A folder and a port for a peer, that balances to these servers.</summary>
    public Setup SetUp(Peer peer, IReadOnlyList<int> servers)
    {
        int port = Ports.Next();
        return new Setup(NewFolder($"{peer.Product}-{port}"), port, servers);
    }

    /// <summary>A report with its head: the machine, these facts, the versions, and what failed.</summary>
    /// <param name="title">Before the date.</param>
    /// <param name="facts">How it was measured, a line each.</param>
    /// <param name="note">What the tables need to be understood; may be empty.</param>
    public Report BeginReport(string title, IEnumerable<string> facts, string note = "")
    {
        var report = new Report($"# {title}, {DateTime.UtcNow:yyyy-MM-dd HH:mm} UTC");
        report.Paragraph($"`{Options.CommandLine}`");
        string[] machine =
        [
            $"{MachineInfo.Cpu}, {MachineInfo.CoreCount} cores, {MachineInfo.MemoryGigabytes:F0} GB",
            $"{MachineInfo.Distribution}, Linux {MachineInfo.Kernel}",
        ];
        report.Paragraph(string.Join('\n', machine.Concat(facts).Concat(Versions.Select(one => $"{one.Peer}: {one.Version}")).Select(line => $"- {line}")));
        report.Paragraph(note);
        foreach (var failure in Failures)
        {
            report.Paragraph($"**{failure.Peer} failed in {failure.Scenario}:** {failure.Message.ReplaceLineEndings(" ")}");
        }

        return report;
    }
}

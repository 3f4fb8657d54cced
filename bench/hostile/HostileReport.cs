using System.Text;
using Carousel.Hostile.Trials;
using Carousel.Load.Machine;
using static Carousel.Load.Report.Markdown;

namespace Carousel.Hostile;

/// <summary>Turns what was seen into the Markdown that is shown and kept: a table for each trial, a row for each peer.</summary>
internal sealed class HostileReport(HostileOptions options, IReadOnlyList<string> versions)
{
    private readonly List<(Trial Trial, List<string[]> Rows)> _trials = [];
    private readonly List<string> _failures = [];

    public bool HasFailures => _failures.Count > 0;

    public void Begin(Trial trial) => _trials.Add((trial, []));

    public void Add(string peer, string[]? cells) =>
        _trials[^1].Rows.Add([peer, .. cells ?? [.. _trials[^1].Trial.Columns.Select(_ => "n/a")]]);

    public void AddFailure(string trial, string peer, string message) =>
        _failures.Add($"**{trial}, {peer} failed:** {message.ReplaceLineEndings(" ")}");

    public string Write()
    {
        string[] facts =
        [
            $"{MachineInfo.Cpu}, {MachineInfo.CoreCount} cores, {MachineInfo.MemoryGigabytes:F0} GB; {MachineInfo.Distribution}, Linux {MachineInfo.Kernel}",
            $"peers as an ordinary user on core {Cores.Peer}, one worker each; the clients, the servers and this program on core {Cores.Load}",
            $"{options.Seconds} s a measurement",
            .. versions,
        ];
        var text = new StringBuilder($"# Hostile clients, {DateTime.UtcNow:yyyy-MM-dd HH:mm} UTC\n\n`{options.CommandLine}`\n\n");
        text.AppendJoin('\n', facts.Select(fact => $"- {fact}")).Append('\n');
        _failures.ForEach(failure => text.Append($"\n{failure}\n"));
        foreach (var (trial, rows) in _trials)
        {
            text.Append($"\n## {trial.Name}\n\n{trial.Description}\n\n").Append(Table([["peer", .. trial.Columns], .. rows]));
        }

        return text.ToString();
    }
}

using System.Diagnostics;
using System.Globalization;
using Carousel.Benchmarks.Simulation.Model;

namespace Carousel.Benchmarks.Simulation;

/// <summary><c>simulate [--seed N] [--scenario NAME] [--policy NAME] [--out FILE]</c>: runs scenarios with policies and writes a report.</summary>
internal static class SimulateCommand
{
    private const string Usage = "usage: simulate [--seed N] [--scenario NAME]... [--policy NAME]... [--out FILE]";

    /// <summary>Returns the exit code.</summary>
    public static int Run(string[] args)
    {
        int seed = 1;
        List<string> scenarios = [], policies = [];
        string file = $"bench/results/simulation-{DateTime.Now:yyyy-MM-dd}.md";
        for (int i = 0; i < args.Length; i += 2)
        {
            string? value = i + 1 < args.Length ? args[i + 1] : null;
            switch (args[i])
            {
                case "--seed" when int.TryParse(value, CultureInfo.InvariantCulture, out seed):
                    break;
                case "--scenario" when value is not null && Scenarios.All(seed).Any(scenario => scenario.Name == value):
                    scenarios.Add(value);
                    break;
                case "--policy" when value is not null && Contestants.All.Any(contestant => contestant.Name == value):
                    policies.Add(value);
                    break;
                case "--out" when value is not null:
                    file = value;
                    break;
                default:
                    Console.Error.WriteLine($"unknown value: {args[i]} {value}\n{Usage}\nscenarios: {string.Join(", ", Scenarios.All(seed).Select(scenario => scenario.Name))}"
                        + $"\npolicies: {string.Join(", ", Contestants.All.Select(contestant => contestant.Name))}");
                    return 2;
            }
        }
        Contestant[] contestants = [.. Contestants.All.Where(contestant => policies.Count == 0 || policies.Contains(contestant.Name))];
        var report = new SimulationReport(seed);
        long begin = Stopwatch.GetTimestamp();
        foreach (Scenario scenario in Scenarios.All(seed).Where(scenario => scenarios.Count == 0 || scenarios.Contains(scenario.Name)))
        {
            report.Add(scenario, [.. contestants.Select(contestant => (contestant.Name, new Simulator(scenario, contestant.Create, seed).Run()))]);
        }
        File.WriteAllText(file, report.ToString());
        Console.WriteLine($"{report.Requests:N0} requests simulated in {Stopwatch.GetElapsedTime(begin).TotalSeconds:0.0} s: {file}");
        return 0;
    }
}

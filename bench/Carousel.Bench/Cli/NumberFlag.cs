using System.CommandLine;

namespace Carousel.Bench.Cli;

/// <summary>An option of a benchmark: a number within a range.</summary>
internal sealed class NumberFlag
{
    private readonly int _whenQuick;
    private readonly Func<BenchOptions, int, BenchOptions> _set;
    private readonly Option<int> _option;

    /// <param name="name">With its dashes.</param>
    /// <param name="description">For <c>--help</c>.</param>
    /// <param name="range">Its default, and the least and the most that it may be.</param>
    /// <param name="quick">Its default with <c>--quick</c>; null for the same.</param>
    /// <param name="set">Puts it into the options.</param>
    public NumberFlag(string name, string description, (int Default, int Least, int Most) range, int? quick, Func<BenchOptions, int, BenchOptions> set)
    {
        (_whenQuick, _set) = (quick ?? range.Default, set);
        _option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => range.Default, HelpName = "N" };
        _option.Validators.Add(result =>
        {
            string text = result.Tokens.FirstOrDefault()?.Value ?? $"{range.Default}";
            if (!int.TryParse(text, out int value) || value < range.Least || value > range.Most)
            {
                result.AddError($"{name}: expected a number from {range.Least} to {range.Most}");
            }
        });
    }

    public Option Option => _option;

    /// <summary>The options with its value: what was said wins over the default of <c>--quick</c>.</summary>
    public BenchOptions Apply(BenchOptions options, ParseResult parsed, bool quick) =>
        _set(options, quick && parsed.GetResult(_option) is not { Implicit: false } ? _whenQuick : parsed.GetValue(_option));

    public static NumberFlag Seconds(string description, (int Default, int Least, int Most) range, int quick) =>
        new("--seconds", description, range, quick, (options, value) => options with { Seconds = value });

    public static NumberFlag Rounds(int standard) => new(
        "--rounds", "Rounds; each measures every peer once, in an order that turns.", (standard, 1, 100), 1, (options, value) => options with { Rounds = value });

    public static NumberFlag YarpWarmUp(string description, (int Default, int Least, int Most) range) =>
        new("--yarp-warmup", description, range, 2, (options, value) => options with { YarpWarmUpSeconds = value });
}

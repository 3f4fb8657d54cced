using System.Globalization;

namespace Carousel.Bench.Wire;

/// <summary>Arguments of the form <c>--name value</c>. Only the bench passes them, so a wrong one is a bug and throws.</summary>
internal sealed class Arguments(string[] args)
{
    public string Text(string name)
    {
        int at = Array.IndexOf(args, name);
        return at >= 0 && at + 1 < args.Length ? args[at + 1] : throw new ArgumentException($"{name} is missing");
    }

    public int Whole(string name) => int.Parse(Text(name), CultureInfo.InvariantCulture);

    public double Number(string name) => double.Parse(Text(name), CultureInfo.InvariantCulture);
}

using Carousel.Fuzz.Targets;
using SharpFuzz;

namespace Carousel.Fuzz;

/// <summary>Runs one target on the named files, or on the fuzzer's input from standard input.</summary>
internal static class FuzzMain
{
    private static int Main(string[] args)
    {
        if (args.Length == 0 || !FuzzTargets.All.TryGetValue(args[0], out FuzzTarget? target))
        {
            Console.Error.WriteLine($"usage: Carousel.Fuzz {string.Join('|', FuzzTargets.All.Keys)} [file...]");
            return 2;
        }
        foreach (string file in args.Skip(1))
        {
            target(File.ReadAllBytes(file));
        }
        if (args.Length == 1)
        {
            Fuzzer.OutOfProcess.Run(stream =>
            {
                using var bytes = new MemoryStream();
                stream.CopyTo(bytes);
                target(bytes.ToArray());
            });
        }
        return 0;
    }
}

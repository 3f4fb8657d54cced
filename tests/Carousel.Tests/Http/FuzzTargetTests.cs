using System.Diagnostics;
using Carousel.Fuzz.Targets;
using Xunit;

namespace Carousel.Tests.Http;

/// <summary>The fuzz targets on the corpus and mutations of it. The mutations are always the same, so failures are reproducible.</summary>
public class FuzzTargetTests
{
    private const int Mutations = 5_000;

    public static TheoryData<string> Targets => [.. FuzzTargets.All.Keys];

    [Theory]
    [MemberData(nameof(Targets))]
    public void Check_CorpusAndMutations_FindsNoViolation(string name)
    {
        FuzzTarget target = FuzzTargets.All[name];
        byte[][] seeds = [.. Seeds(name)];
        foreach (byte[] seed in seeds)
        {
            Run(target, seed);
        }
        var random = new Random(20261123);
        for (int i = 0; i < Mutations; i++)
        {
            Run(target, Mutation.Of(random, seeds));
        }
    }

    private static IEnumerable<byte[]> Seeds(string target) => target switch
    {
        "request" => Corpus.Requests.Values,
        "response" => Corpus.Responses.Values,
        "chunked" => Corpus.Chunked.Values,
        "rewrite" => Corpus.Requests.Values.Concat(Corpus.Responses.Values),
        _ => throw new UnreachableException($"no corpus for {target}"),
    };

    private static void Run(FuzzTarget target, byte[] input)
    {
        try
        {
            target(input);
        }
        catch (Exception exception)
        {
            Assert.Fail($"{exception.Message}, for base64 {Convert.ToBase64String(input)}\n{exception.StackTrace}");
        }
    }
}
